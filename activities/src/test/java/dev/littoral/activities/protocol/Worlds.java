package dev.littoral.activities.protocol;

import dev.littoral.workflows.model.ExternalSource;
import java.util.List;

/** The small worlds that are explored. Update numbers begin at 11, beyond those of any history. */
final class Worlds {
    private Worlds() {}

    private static Flow.Program client(long number, ExternalSource source, Safeguard lost) {
        return new Programs.Client(number, source, false, lost);
    }

    private static Setup table(String name, ExternalSource source, Safeguard lost) {
        return Setup.of(name, 0)
                .with("first", client(11, source, lost))
                .with("second", client(12, source, lost))
                .changes(source, 1);
    }

    /** All worlds, whole or with a safeguard taken away. */
    static List<Setup> all(Safeguard lost) {
        return List.of(
                Setup.of("two updates, the source changed between, answers lost", 1)
                        .with("first", client(11, Lakes.A, lost))
                        .with("second", client(12, Lakes.B, lost))
                        .changes(Lakes.A, 1)
                        .faults(1, false),
                Setup.of("two refreshes of one source, answers lost", 1)
                        .with("first", client(11, Lakes.A, lost))
                        .with("second", client(12, Lakes.A, lost))
                        .changes(Lakes.A, 1)
                        .faults(1, true),
                Setup.of("two refreshes of one source, stragglers", 1)
                        .with("first", client(11, Lakes.A, lost))
                        .with("second", client(12, Lakes.A, lost))
                        .changes(Lakes.A, 1)
                        .stragglers(1),
                Setup.of("A -> B -> A by three services", 1)
                        .with("first", client(11, Lakes.A, lost))
                        .with("second", client(12, Lakes.B, lost))
                        .with("third", client(13, Lakes.A, lost))
                        .changes(Lakes.A, 1),
                Setup.of("two first updates, answers lost, stragglers", 0)
                        .with("first", client(11, Lakes.A, lost))
                        .with("second", client(12, Lakes.B, lost))
                        .faults(1, false)
                        .stragglers(1),
                Setup.of("one update, one try for each step, answers lost", 1)
                        .with("first", client(11, Lakes.A, lost))
                        .changes(Lakes.A, 1)
                        .faults(1, false)
                        .tries(1),
                Setup.of("one update, every call, two attempts of every step", 1)
                        .with("first", client(11, Lakes.A, lost))
                        .changes(Lakes.A, 2)
                        .stragglers(1)
                        .everyCall(),
                Setup.of("one update, every call, every call fails", 1)
                        .with("first", client(11, Lakes.A, lost))
                        .changes(Lakes.A, 1)
                        .faults(2, true)
                        .everyCall(),
                Setup.of("one small update, every call, two attempts of every step", 1)
                        .with("first", client(12, Lakes.A, lost))
                        .changes(Lakes.A, 2)
                        .stragglers(1)
                        .everyCall(),
                Setup.of("one small update, every call, every call fails", 1)
                        .with("first", client(12, Lakes.A, lost))
                        .changes(Lakes.A, 1)
                        .faults(2, true)
                        .everyCall(),
                Setup.of("clean-up while two small ones update", 3)
                        .with("first", client(12, Lakes.A, lost))
                        .with("cleaner", new Programs.Cleans(lost))
                        .with("second", client(14, Lakes.A, lost))
                        .changes(Lakes.A, 1)
                        .cleaned(),
                Setup.of("a first update of two shards, every call, two attempts of every step", 0)
                        .with("first", client(11, Lakes.D, lost))
                        .changes(Lakes.D, 1)
                        .stragglers(1)
                        .everyCall()
                        .cleaned(),
                table("a table deletes rows", Lakes.GROWING_DELETES, lost),
                table("a table restores a row", Lakes.SHRINKING_DELETES, lost),
                table("a table restores a row and deletes another", Lakes.OTHER_DELETES, lost),
                table("a table moves on while it is updated", Lakes.VERSIONS, lost),
                table("a table moves on while it is updated, and keeps no older version", Lakes.VACUUMED, lost),
                table("a table moves rows while it is updated", Lakes.MOVING, lost),
                Setup.of("a table moves rows, an update is cancelled and started again beside another", 0)
                        .with("collection", new Programs.Collection(lost))
                        .with("second", client(99, Lakes.MOVING, lost))
                        .letters(
                                null,
                                new Flow.Letter.Change(Lakes.MOVING),
                                new Flow.Letter.Cancel(),
                                new Flow.Letter.Refresh())
                        .changes(Lakes.MOVING, 2),
                Setup.of("a table moves on twice, every call, two attempts of every step", 0)
                        .with("first", client(11, Lakes.VACUUMED, lost))
                        .changes(Lakes.VACUUMED, 2)
                        .stragglers(1)
                        .everyCall(),
                Setup.of("a person rolls back while two update", 2)
                        .with("first", client(11, Lakes.A, lost))
                        .with("person", new Programs.Person(true))
                        .with("second", client(12, Lakes.B, lost))
                        .changes(Lakes.A, 1)
                        .faults(1, false),
                Setup.of("a collection is retired while it is updated", 1)
                        .with("first", client(11, Lakes.B, lost))
                        .with("person", new Programs.Retirer(true))
                        .faults(1, false)
                        .stragglers(1),
                Setup.of("clean-up while two update", 3)
                        .with("first", client(11, Lakes.A, lost))
                        .with("cleaner", new Programs.Cleans(lost))
                        .with("second", client(13, Lakes.A, lost))
                        .changes(Lakes.A, 1)
                        .cleaned(),
                Setup.of("clean-up while one updates, stragglers", 1)
                        .with("first", client(11, Lakes.A, lost))
                        .with("cleaner", new Programs.Cleans(lost))
                        .changes(Lakes.A, 1)
                        .stragglers(1),
                Setup.of("clean-up twice at once, one update, answers lost", 3)
                        .with("first", client(11, Lakes.A, lost))
                        .with("cleaner", new Programs.Cleans(lost))
                        .changes(Lakes.A, 1)
                        .faults(1, false)
                        .stragglers(1)
                        .cleaned(),
                Setup.of("a consumer that may be paused, clean-up, time passes", 2)
                        .with("consumer", new Programs.Consumes("search"))
                        .with("cleaner", new Programs.Cleans(lost))
                        .ticks(2),
                Setup.of("a consumer, clean-up, time passes, answers lost", 2)
                        .with("consumer", new Programs.Consumes("search"))
                        .with("cleaner", new Programs.Cleans(lost))
                        .faults(1, true)
                        .ticks(2),
                Setup.of("a consumer, two clean-ups at once, time passes, stragglers", 2)
                        .with("consumer", new Programs.Consumes("search"))
                        .with("cleaner", new Programs.Cleans(lost))
                        .with("other cleaner", new Programs.Cleans(lost))
                        .stragglers(1)
                        .ticks(2),
                Setup.of("two consumers, clean-up, time passes", 3)
                        .with("first", new Programs.Consumes("search"))
                        .with("second", new Programs.Consumes("vectors"))
                        .with("cleaner", new Programs.Cleans(lost))
                        .ticks(2),
                Setup.of("a consumer, clean-up, an update", 2)
                        .with("consumer", new Programs.Consumes("search"))
                        .with("first", client(11, Lakes.A, lost))
                        .with("cleaner", new Programs.Cleans(lost))
                        .changes(Lakes.A, 1)
                        .ticks(1)
                        .cleaned(),
                Setup.of("a person rolls back while clean-up deletes", 3)
                        .with("person", new Programs.Person(true))
                        .with("cleaner", new Programs.Cleans(lost))
                        .cleaned(),
                Setup.of("a collection, A -> B", 1)
                        .with("collection", new Programs.Collection(lost))
                        .letters(Lakes.B, new Flow.Letter.Refresh(), new Flow.Letter.Change(Lakes.B))
                        .changes(Lakes.A, 1)
                        .faults(1, false)
                        .stragglers(1),
                Setup.of("a collection, A -> B -> C, tasks run again", 1)
                        .with("collection", new Programs.Collection(lost))
                        .letters(
                                Lakes.C,
                                new Flow.Letter.Refresh(),
                                new Flow.Letter.Change(Lakes.B),
                                new Flow.Letter.Change(Lakes.C))
                        .changes(Lakes.A, 1)
                        .rewinds(1),
                Setup.of("a collection, A -> B -> A, tasks run again", 1)
                        .with("collection", new Programs.Collection(lost))
                        .letters(
                                Lakes.A,
                                new Flow.Letter.Refresh(),
                                new Flow.Letter.Change(Lakes.B),
                                new Flow.Letter.Change(Lakes.A))
                        .rewinds(1),
                Setup.of("a collection, A -> B -> cancel -> A, tasks run again", 1)
                        .with("collection", new Programs.Collection(lost))
                        .letters(
                                Lakes.A,
                                new Flow.Letter.Change(Lakes.B),
                                new Flow.Letter.Cancel(),
                                new Flow.Letter.Change(Lakes.A))
                        .rewinds(1),
                Setup.of("a collection, A -> B -> A", 1)
                        .with("collection", new Programs.Collection(lost))
                        .letters(
                                Lakes.A,
                                new Flow.Letter.Refresh(),
                                new Flow.Letter.Change(Lakes.B),
                                new Flow.Letter.Change(Lakes.A)),
                Setup.of("a collection, a refresh, one try for each step, two faults", 1)
                        .with("collection", new Programs.Collection(lost))
                        .letters(Lakes.A, new Flow.Letter.Refresh(), new Flow.Letter.Cancel())
                        .faults(2, true)
                        .tries(1),
                Setup.of("a collection, A -> B -> A, stragglers", 1)
                        .with("collection", new Programs.Collection(lost))
                        .letters(Lakes.A, new Flow.Letter.Change(Lakes.B), new Flow.Letter.Change(Lakes.A))
                        .changes(Lakes.A, 1)
                        .stragglers(1),
                Setup.of("a collection, A -> B -> A, one try for each step", 1)
                        .with("collection", new Programs.Collection(lost))
                        .letters(Lakes.A, new Flow.Letter.Change(Lakes.B), new Flow.Letter.Change(Lakes.A))
                        .faults(1, false)
                        .tries(1),
                Setup.of("a collection is rolled back while it is updated", 2)
                        .with("collection", new Programs.Collection(lost))
                        .letters(
                                Lakes.A,
                                new Flow.Letter.Refresh(),
                                new Flow.Letter.Rollback(2),
                                new Flow.Letter.Refresh()),
                Setup.of("a collection is rolled back while it is updated, answers lost, stragglers", 2)
                        .with("collection", new Programs.Collection(lost))
                        .letters(
                                Lakes.A,
                                new Flow.Letter.Refresh(),
                                new Flow.Letter.Rollback(2),
                                new Flow.Letter.Refresh())
                        .changes(Lakes.A, 1)
                        .faults(1, false)
                        .stragglers(1),
                Setup.of("a collection, A -> rolled back -> B, tasks run again", 2)
                        .with("collection", new Programs.Collection(lost))
                        .letters(
                                Lakes.B,
                                new Flow.Letter.Refresh(),
                                new Flow.Letter.Rollback(2),
                                new Flow.Letter.Change(Lakes.B))
                        .rewinds(1),
                Setup.of("a collection, rolled back twice and resumed, one try for each step", 2)
                        .with("collection", new Programs.Collection(lost))
                        .letters(
                                Lakes.A,
                                new Flow.Letter.Rollback(2),
                                new Flow.Letter.Rollback(3),
                                new Flow.Letter.Resume(),
                                new Flow.Letter.Refresh())
                        .faults(1, false)
                        .tries(1),
                Setup.of("a collection is rolled back, and a service beside it updates", 2)
                        .with("collection", new Programs.Collection(lost))
                        .with("second", client(99, Lakes.A, lost))
                        .letters(null, new Flow.Letter.Refresh(), new Flow.Letter.Rollback(2))
                        .changes(Lakes.A, 1),
                Setup.of("a collection and a service beside it", 1)
                        .with("collection", new Programs.Collection(lost))
                        .with("second", client(99, Lakes.A, lost))
                        .letters(null, new Flow.Letter.Refresh(), new Flow.Letter.Cancel())
                        .changes(Lakes.A, 1),
                Setup.of("a collection is asked for A, and a service beside it for B", 1)
                        .with("collection", new Programs.Collection(lost))
                        .with("second", client(99, Lakes.B, lost))
                        .letters(null, new Flow.Letter.Refresh(), new Flow.Letter.Change(Lakes.A)),
                Setup.of("one collection on two services", 1)
                        .with("collection", new Programs.Collection(lost))
                        .with("other", Programs.Collection.elsewhere(lost))
                        .letters(Lakes.A, new Flow.Letter.Refresh())
                        .changes(Lakes.A, 1),
                Setup.of("one collection on two services, A -> B, answers lost, stragglers", 1)
                        .with("collection", new Programs.Collection(lost))
                        .with("other", Programs.Collection.elsewhere(lost))
                        .letters(null, new Flow.Letter.Refresh(), new Flow.Letter.Change(Lakes.B))
                        .changes(Lakes.A, 1)
                        .faults(1, false)
                        .stragglers(1),
                Setup.of("one collection on two services, one try for each step, two faults", 1)
                        .with("collection", new Programs.Collection(lost))
                        .with("other", Programs.Collection.elsewhere(lost))
                        .letters(null, new Flow.Letter.Refresh())
                        .changes(Lakes.A, 1)
                        .faults(2, true)
                        .tries(1),
                Setup.of("a collection that somebody else retires, one try for each step, two faults", 1)
                        .with("collection", new Programs.Collection(lost))
                        .with("person", new Programs.Retirer(true))
                        .letters(null, new Flow.Letter.Refresh())
                        .changes(Lakes.A, 1)
                        .faults(2, true)
                        .tries(1),
                Setup.of("a collection that is retired while it is updated", 1)
                        .with("collection", new Programs.Collection(lost))
                        .letters(null, new Flow.Letter.Refresh(), new Flow.Letter.Retire())
                        .changes(Lakes.A, 1)
                        .faults(1, false)
                        .stragglers(1));
    }
}
