package dev.littoral.activities.protocol;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.CatalogStore;
import dev.littoral.workflows.model.FailureType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A store that gives the answers it was told, and stops whoever asks more: what is asked then is what comes next. So a
 * step's real code is driven call by call, by running it again with one answer more. Calls come one at a time.
 */
final class RecordedStore implements CatalogStore {
    private final List<Call.Answer> answers;
    private Call asked;

    RecordedStore(List<Call.Answer> answers) {
        this.answers = new ArrayList<>(answers);
    }

    /** The first call there was no answer for, or null. */
    synchronized Call asked() {
        return asked;
    }

    /** Answers a call, or stops its caller. */
    synchronized Object ask(Call call) {
        // By call, as calls that are made side by side come in any order.
        for (int i = 0; asked == null && i < answers.size(); i++) {
            if (answers.get(i).call().equals(call)) {
                Call.Answer answer = answers.remove(i);
                if (answer.failure() != null) {
                    throw new LittoralException(answer.failure(), "cannot tell whether the store did: " + call);
                }
                return answer.value();
            }
        }
        if (asked == null) {
            asked = call;
        }
        throw new LittoralException(FailureType.TRANSIENT, "no answer yet");
    }

    @Override
    public boolean createIfAbsent(String key, byte[] body) {
        return (Boolean) ask(Call.create(key, body));
    }

    @Override
    public void put(String key, byte[] body) {
        ask(Call.put(key, body));
    }

    @Override
    public Optional<byte[]> get(String key) {
        return Optional.ofNullable((Body) ask(Call.get(key))).map(Body::bytes);
    }

    @Override
    public List<String> list(String prefix, String startAfter, int limit) {
        return ((List<?>) ask(Call.list(prefix, startAfter, limit)))
                .stream().map(String.class::cast).toList();
    }

    @Override
    public void delete(Collection<String> keys) {
        ask(Call.delete(List.copyOf(keys)));
    }

    @Override
    public String location() {
        return "world";
    }

    @Override
    public void close() {}
}
