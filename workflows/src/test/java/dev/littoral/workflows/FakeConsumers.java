package dev.littoral.workflows;

import dev.littoral.workflows.model.AcknowledgeRequest;
import dev.littoral.workflows.model.ConsumerState;
import dev.littoral.workflows.model.ConsumerStatus;
import dev.littoral.workflows.model.ConsumersRequest;
import dev.littoral.workflows.model.ConsumersSeen;
import dev.littoral.workflows.model.Head;
import dev.littoral.workflows.model.LeaseAnswer;
import dev.littoral.workflows.model.LeaseRequest;
import dev.littoral.workflows.model.SegmentProgress;
import dev.littoral.workflows.model.Totals;
import dev.littoral.workflows.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the consumers of a {@link FakeLake} say, in memory. Its steps can be held and made to fail as the lake's. */
final class FakeConsumers implements ConsumerActivities {
    private final FakeLake lake;
    private final Map<String, Said> said = new TreeMap<>();

    /** The newest words of a consumer, and its newest answer. */
    private record Said(ConsumerState state, long version, Instant until, AcknowledgeRequest serving, String reason) {}

    FakeConsumers(FakeLake lake) {
        this.lake = lake;
    }

    /** A consumer writes to the catalog itself that it serves the newest version, with the counts that it has. */
    void serves(String consumer, String collectionId, long version) {
        Totals totals = lake.log(collectionId).get((int) version - 1).totals();
        say(new AcknowledgeRequest(
                collectionId,
                consumer,
                version,
                ConsumerState.SERVING,
                totals.rows(),
                new SegmentProgress(totals.segments(), 0, totals.segments()),
                null));
    }

    private synchronized void say(AcknowledgeRequest answer) {
        Said before = said.get(answer.consumer());
        said.put(
                answer.consumer(),
                new Said(
                        answer.state(),
                        answer.version(),
                        null,
                        switch (answer.state()) {
                            case SERVING -> answer;
                            case GONE -> null;
                            case FAILED, BUILDING -> before == null ? null : before.serving();
                        },
                        answer.reason()));
    }

    @Override
    public LeaseAnswer leaseVersion(LeaseRequest request) {
        lake.enter("leaseVersion", false);
        long newest = lake.newest(request.collectionId()).version();
        long version = request.version() == null ? newest : request.version();
        Instant until = Instant.now().plus(request.duration());
        synchronized (this) {
            Said before = said.get(request.consumer());
            said.put(
                    request.consumer(),
                    new Said(ConsumerState.BUILDING, version, until, before == null ? null : before.serving(), null));
        }
        return version > newest
                ? new LeaseAnswer(false, version, null, "version " + version + " is not in the log")
                : new LeaseAnswer(true, version, until, null);
    }

    @Override
    public ConsumerStatus acknowledgeVersion(AcknowledgeRequest request) {
        lake.enter("acknowledgeVersion", false);
        say(request);
        return status(request.collectionId(), request.consumer(), false, 0);
    }

    @Override
    public ConsumersSeen lookAtConsumers(ConsumersRequest request) {
        lake.enter("lookAtConsumers", false);
        List<String> names;
        synchronized (this) {
            names = new ArrayList<>(said.keySet());
        }
        request.named().stream().filter(name -> !names.contains(name)).forEach(names::add);
        Head newest = lake.newest(request.collectionId());
        return new ConsumersSeen(
                newest.version(),
                newest.snapshot() == null ? null : newest.snapshot().key(),
                names.stream()
                        .map(name -> status(
                                request.collectionId(), name, request.named().contains(name), request.namedAt()))
                        .toList());
    }

    private ConsumerStatus status(String collectionId, String name, boolean named, long namedAt) {
        Said newest;
        synchronized (this) {
            newest = said.get(name);
        }
        AcknowledgeRequest serving = newest == null ? null : newest.serving();
        List<Head> log = lake.log(collectionId);
        Head from = at(log, serving != null ? serving.version() : namedAt);
        long behind = log.stream()
                .filter(head -> head.version() > from.version() && head.snapshot() != null)
                .map(head -> head.snapshot().key())
                .distinct()
                .filter(key -> from.snapshot() == null || !from.snapshot().key().equals(key))
                .count();
        long rows = serving == null ? 0 : from.totals().rows();
        boolean wrong = serving != null && serving.rows() != rows;
        return new ConsumerStatus(
                name,
                named,
                newest == null ? null : newest.state(),
                newest == null ? null : (Long) newest.version(),
                newest == null ? null : newest.until(),
                serving == null ? null : (Long) serving.version(),
                serving == null ? null : serving.rows(),
                serving == null ? null : serving.segments(),
                serving == null ? null : wrong ? Verdict.WRONG : Verdict.RIGHT,
                wrong ? "rows is " + serving.rows() + "; expected " + rows : null,
                behind,
                behind == 0 ? null : Instant.EPOCH,
                false,
                newest == null ? null : newest.reason(),
                null);
    }

    private static Head at(List<Head> log, long version) {
        return version < 1 || version > log.size() ? Head.NONE : log.get((int) version - 1);
    }
}
