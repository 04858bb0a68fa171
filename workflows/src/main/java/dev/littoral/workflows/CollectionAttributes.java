package dev.littoral.workflows;

import dev.littoral.workflows.model.CollectionStatus;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.common.SearchAttributeKey;
import io.temporal.common.SearchAttributeUpdate;
import io.temporal.common.SearchAttributes;
import io.temporal.workflow.ContinueAsNewOptions;
import io.temporal.workflow.Workflow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The search attributes of a collection's workflow, by which lists of workflows are filtered. They are set as far as
 * the namespace has them. The server fails a workflow task that sets one it does not have, and does so again each time
 * the task is tried; so which there are is asked in the task itself and recorded with what is set, and a task that
 * fails has recorded nothing.
 */
public final class CollectionAttributes {
    /** The collection's state, in capitals. */
    public static final String STATE = "LittoralState";

    /** The URI of the source that it follows. */
    public static final String SOURCE = "LittoralSource";

    /** The kind of cause for which it is BEHIND; unset while it is not. */
    public static final String BEHIND = "LittoralBehind";

    /** All of them. */
    public static final List<String> NAMES = List.of(BEHIND, SOURCE, STATE);

    /** What each has to be registered as. */
    public static final IndexedValueType TYPE = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

    /** The SQL databases below a server keep no more of a keyword. */
    private static final int MAX_BYTES = 255;

    private final RegisteredAttributes registered;

    /** Whether they are set; runs of older builds do not. */
    private final boolean isEnabled;

    /** What this run has set, with null for what is unset. */
    private final Map<String, String> set = new TreeMap<>();

    /** What was to be set when it was last asked which there are. */
    private Map<String, String> reported = Map.of();

    private long askedAt;

    CollectionAttributes(RegisteredAttributes registered, int version) {
        this.registered = registered;
        this.isEnabled = version >= WorkflowVersions.SEARCH_ATTRIBUTES;
    }

    /** Sets what has changed. */
    void report(CollectionStatus status) {
        if (!isEnabled) {
            return;
        }
        Map<String, String> values = new TreeMap<>();
        NAMES.forEach(name -> values.put(name, value(name, status)));
        boolean waits = set.isEmpty()
                && !reported.isEmpty()
                && Workflow.currentTimeMillis() - askedAt < Policies.ATTRIBUTES_PAUSE.toMillis();
        if (waits || values.equals(reported)) {
            return;
        }
        reported = values;
        askedAt = Workflow.currentTimeMillis();
        List<String> names = names();
        // One that is registered again has lost its value.
        set.keySet().retainAll(names);
        List<SearchAttributeUpdate<?>> updates = new ArrayList<>();
        for (String name : names) {
            String value = values.get(name);
            if (!set.containsKey(name) || !Objects.equals(set.get(name), value)) {
                SearchAttributeKey<String> key = SearchAttributeKey.forKeyword(name);
                updates.add(value == null ? key.valueUnset() : key.valueSet(value));
                set.put(name, value);
            }
        }
        if (!updates.isEmpty()) {
            Workflow.upsertTypedSearchAttributes(updates.toArray(SearchAttributeUpdate[]::new));
        }
    }

    /** How a run is continued as new: without those that the namespace no longer has, and with all others. */
    ContinueAsNewOptions continued() {
        ContinueAsNewOptions.Builder options = ContinueAsNewOptions.newBuilder();
        SearchAttributes all = Workflow.getTypedSearchAttributes();
        if (isEnabled && NAMES.stream().anyMatch(name -> all.containsKey(SearchAttributeKey.forKeyword(name)))) {
            SearchAttributes.Builder kept = SearchAttributes.newBuilder(all);
            List<String> names = names();
            NAMES.stream()
                    .filter(name -> !names.contains(name))
                    .forEach(name -> kept.unset(SearchAttributeKey.forKeyword(name)));
            options.setTypedSearchAttributes(kept.build());
        }
        return options.build();
    }

    /** Not as a mutable side effect: where a local activity follows one in the same task, the SDK cannot replay it. */
    private List<String> names() {
        return List.of(Workflow.sideEffect(
                String[].class, () -> registered.names().stream().sorted().toArray(String[]::new)));
    }

    private static String value(String name, CollectionStatus status) {
        return switch (name) {
            case STATE -> status.state().toUpperCase(Locale.ROOT);
            case SOURCE -> status.source() == null ? null : cut(status.source().uri());
            case BEHIND ->
                status.freshness().behind() && status.freshness().cause() != null
                        ? status.freshness().cause().kind().name()
                        : null;
            default -> null;
        };
    }

    private static String cut(String uri) {
        int end = 0;
        for (int bytes = 0; end < uri.length(); ) {
            int next = uri.offsetByCodePoints(end, 1);
            bytes += uri.substring(end, next).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_BYTES) {
                break;
            }
            end = next;
        }
        return uri.substring(0, end);
    }
}
