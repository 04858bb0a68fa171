package dev.littoral.activities.protocol;

import dev.littoral.workflows.model.FailureType;
import dev.littoral.workflows.model.UpdateState;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A small world: a store, sources, and flows whose steps run real code. It knows every move that can come next and what
 * each leads to. Everything that matters is in the {@link State}.
 */
final class World {
    static final String COLLECTION = "c";
    private static final long LAST = 9_999_999_999L;

    private final Setup setup;
    private final Code code;
    private final Auditor auditor = new Auditor();
    private final Play.Counter counter = new Play.Counter();
    private final Map<Object, Play> plays = new HashMap<>();
    private final Map<Object, Integer> numbers = new HashMap<>();
    private final MessageDigest sha256 = sha256();

    World(Setup setup, Safeguard lost) {
        this.setup = setup;
        this.code = new Code(lost, setup.maxFilesPerShard(), setup.ticks() > 0 ? null : setup.now());
    }

    static String key(long version) {
        return COLLECTION + "/head/%010d.json".formatted(LAST - version);
    }

    static long versionOf(String key) {
        String name = key.substring((COLLECTION + "/head/").length());
        return LAST - Long.parseLong(name.substring(0, name.indexOf('.')));
    }

    /** A flow under way. */
    private static final class Proc {
        private final String name;
        private final int parent;
        private final long update;
        private Play play;
        private List<Flow.Letter> inbox = List.of();

        /** Where its task began, and what had come then: from there it is run again when its worker dies. */
        private Play task;

        private List<Flow.Letter> taskInbox = List.of();
        /** What it did in its task, which happens when the task ends. */
        private List<Flow.Ask> commands = List.of();

        private boolean stop;
        private boolean attended;

        Proc(String name, int parent, long update, Play play) {
            this.name = name;
            this.parent = parent;
            this.update = update;
            this.play = play;
            this.task = play;
        }

        Proc copy() {
            Proc copy = new Proc(name, parent, update, play);
            copy.inbox = inbox;
            copy.task = task;
            copy.taskInbox = taskInbox;
            copy.commands = commands;
            copy.stop = stop;
            copy.attended = attended;
            return copy;
        }

        void gets(Flow.Letter letter) {
            inbox = plus(inbox, letter);
            taskInbox = plus(taskInbox, letter);
        }

        void taskEnds(Play next) {
            play = next;
            task = next;
            taskInbox = inbox;
        }
    }

    /** An attempt of a step. Nobody listens to one that is not current. */
    private record Attempt(int proc, Step step, int number, Play play, boolean current) {
        Attempt at(Play next) {
            return new Attempt(proc, step, number, next, current);
        }

        Attempt left() {
            return new Attempt(proc, step, number, play, false);
        }
    }

    /** All there is at one moment. */
    static final class State {
        private final TreeMap<String, Body> store;
        private final Map<String, Integer> lakes;
        private final List<Proc> procs = new ArrayList<>();
        private final List<Attempt> attempts;
        private final List<Call> late;
        private final Map<String, Integer> changes;
        private int letters;
        private int ticked;
        private int faults;
        private int retries;
        private int rewinds;

        /** What the auditor remembers. */
        final Auditor.Memory memory;

        private State(State other) {
            store = new TreeMap<>(other.store);
            lakes = new HashMap<>(other.lakes);
            other.procs.forEach(proc -> procs.add(proc.copy()));
            attempts = new ArrayList<>(other.attempts);
            late = new ArrayList<>(other.late);
            changes = new HashMap<>(other.changes);
            letters = other.letters;
            ticked = other.ticked;
            faults = other.faults;
            retries = other.retries;
            rewinds = other.rewinds;
            memory = new Auditor.Memory(other.memory);
        }

        private State(Setup setup, Map<String, Body> store, Map<String, Integer> lakes, Auditor.Memory memory) {
            this.store = new TreeMap<>(store);
            this.lakes = new HashMap<>(lakes);
            this.memory = memory;
            attempts = new ArrayList<>();
            late = new ArrayList<>();
            changes = new HashMap<>(setup.changes());
            faults = setup.faults();
            retries = setup.retries();
            rewinds = setup.rewinds();
        }

        Map<String, Body> store() {
            return store;
        }
    }

    /** What can happen next. */
    private sealed interface Move {
        record Answered(int attempt, Fate fate) implements Move {}

        record Started(int proc, boolean twice) implements Move {}

        record StopArrives(int proc) implements Move {}

        record Wakes(int proc) implements Move {}

        record Arrives(int late) implements Move {}

        record SourceChanges(String uri) implements Move {}

        record Sent(int letter) implements Move {}

        record WorkerDies(int proc) implements Move {}

        record TimePasses() implements Move {}
    }

    /** What becomes of a call. */
    private enum Fate {
        DONE,
        NOT_DONE_ERROR,
        DONE_ANSWER_LOST,
        DONE_SAID_NO,
        DONE_LATER
    }

    /** What can happen in a state, in an order that is always the same. */
    List<Object> moves(State state) {
        List<Object> moves = new ArrayList<>();
        for (int i = 0; i < state.attempts.size(); i++) {
            if (state.attempts.get(i).play().next() instanceof Call call) {
                moves.add(new Move.Answered(i, Fate.DONE));
                if (state.faults > 0 && call.kind().writes()) {
                    moves.add(new Move.Answered(i, Fate.NOT_DONE_ERROR));
                    moves.add(new Move.Answered(i, Fate.DONE_ANSWER_LOST));
                    moves.add(new Move.Answered(i, Fate.DONE_LATER));
                    if (call.kind() == Call.Kind.CREATE && !state.store.containsKey(call.key())) {
                        moves.add(new Move.Answered(i, Fate.DONE_SAID_NO));
                    }
                } else if (state.faults > 0
                        && setup.readFaults()
                        && (call.kind() == Call.Kind.GET || call.kind() == Call.Kind.LIST)) {
                    moves.add(new Move.Answered(i, Fate.NOT_DONE_ERROR));
                }
            }
        }
        for (int i = 0; i < state.procs.size(); i++) {
            Proc proc = state.procs.get(i);
            switch (proc.play.next()) {
                case Flow.RunStep run -> {
                    if (!proc.attended) {
                        moves.add(new Move.Started(i, false));
                        moves.add(new Move.Started(i, true));
                    } else if (run.local() && state.rewinds > 0) {
                        moves.add(new Move.WorkerDies(i));
                    }
                    if (proc.stop && run.cancellable()) {
                        moves.add(new Move.StopArrives(i));
                    }
                }
                case Flow.Take take -> {
                    if (take.waits() && !proc.inbox.isEmpty()) {
                        moves.add(new Move.Wakes(i));
                    }
                }
                default -> {
                    // It has ended.
                }
            }
        }
        for (int i = 0; i < state.late.size(); i++) {
            moves.add(new Move.Arrives(i));
        }
        state.changes.forEach((uri, left) -> {
            if (left > 0) {
                moves.add(new Move.SourceChanges(uri));
            }
        });
        if (state.letters < setup.letters().size()) {
            moves.add(new Move.Sent(state.letters));
        }
        if (state.ticked < setup.ticks()) {
            moves.add(new Move.TimePasses());
        }
        return moves;
    }

    /** The state a move leads to. A story is told of it, unless it is null. */
    State after(State before, Object move, List<String> story) {
        State state = new State(before);
        switch ((Move) move) {
            case Move.Answered answered -> answer(state, answered.attempt(), answered.fate(), story);
            case Move.Started started -> {
                start(state, started.proc(), story);
                if (started.twice()) {
                    state.retries--;
                    int first = state.attempts.size() - 1;
                    Attempt attempt = state.attempts.get(first);
                    state.attempts.set(first, attempt.left());
                    tell(
                            story,
                            state.procs.get(started.proc()).name
                                    + ": its worker seems dead, a second attempt is started too");
                    attempt(state, started.proc(), attempt.step(), attempt.number() + 1);
                }
            }
            case Move.StopArrives stop -> {
                Proc proc = state.procs.get(stop.proc());
                tell(story, proc.name + " is told to stop");
                leave(state, stop.proc());
                proc.attended = false;
                proc.stop = false;
                proc.taskEnds(proc.play.then(new Flow.Stopped()));
            }
            case Move.Wakes wakes -> {
                Proc proc = state.procs.get(wakes.proc());
                tell(story, proc.name + " takes " + proc.inbox);
                List<Flow.Letter> taken = proc.inbox;
                proc.task = proc.play;
                proc.taskInbox = taken;
                proc.inbox = List.of();
                proc.play = proc.play.then(taken);
            }
            case Move.Arrives arrives -> {
                Call call = state.late.remove(arrives.late());
                tell(story, "the late request arrives: " + call + found(state, call));
                state.memory.arrivesLate();
                perform(state, call);
            }
            case Move.SourceChanges changed -> {
                state.changes.merge(changed.uri(), -1, Integer::sum);
                state.lakes.merge(changed.uri(), 1, Integer::sum);
                tell(story, changed.uri() + " changes to its state " + state.lakes.get(changed.uri()));
            }
            case Move.Sent sent -> {
                Flow.Letter letter = setup.letters().get(sent.letter());
                tell(story, "somebody sends " + letter);
                auditor.asked(letter, state.memory);
                state.letters++;
                state.procs.get(0).gets(letter);
            }
            case Move.TimePasses ignored -> {
                state.ticked++;
                tell(story, "it is " + setup.at(state.ticked));
            }
            case Move.WorkerDies dies -> {
                Proc proc = state.procs.get(dies.proc());
                tell(story, proc.name + ": its task's worker seems dead, the task is run again");
                state.rewinds--;
                leave(state, dies.proc());
                proc.attended = false;
                proc.commands = List.of();
                proc.play = proc.task;
                proc.inbox = proc.taskInbox;
            }
        }
        settle(state, story);
        sort(state);
        return state;
    }

    /** So that the order in which things began does not tell two states apart. */
    private void sort(State state) {
        state.attempts.sort(Comparator.comparingInt((Attempt attempt) -> attempt.proc())
                .thenComparingInt(Attempt::number)
                .thenComparingInt(attempt -> attempt.play().number()));
        state.late.sort(Comparator.comparingInt(this::number));
    }

    private static void leave(State state, int proc) {
        state.attempts.replaceAll(attempt -> attempt.proc() == proc && attempt.current() ? attempt.left() : attempt);
    }

    private static String found(State state, Call call) {
        return call.kind() == Call.Kind.CREATE && state.store.containsKey(call.key()) ? ", finds it there" : "";
    }

    private void answer(State state, int index, Fate fate, List<String> story) {
        Attempt attempt = state.attempts.get(index);
        Call call = (Call) attempt.play().next();
        String who = state.procs.get(attempt.proc()).name + " " + attempt.step().word()
                + (attempt.current() ? "" : " (straggler, attempt " + attempt.number() + ")") + ": ";
        Object value = null;
        switch (fate) {
            case DONE -> {
                tell(story, who + call + found(state, call));
                value = perform(state, call);
            }
            case NOT_DONE_ERROR -> tell(story, who + call + ", which is not done; an error comes back");
            case DONE_ANSWER_LOST -> {
                tell(story, who + call + found(state, call) + ", but the answer is lost");
                perform(state, call);
            }
            case DONE_SAID_NO -> {
                tell(story, who + call + ", tried again below, finds its own first try");
                perform(state, call);
                value = false;
            }
            case DONE_LATER -> {
                tell(story, who + call + ", which is under way when the client gives up");
                state.late.add(call);
            }
        }
        state.faults -= fate == Fate.DONE ? 0 : 1;
        boolean failed = fate != Fate.DONE && fate != Fate.DONE_SAID_NO;
        state.attempts.set(
                index,
                attempt.at(attempt.play().then(new Call.Answer(call, value, failed ? FailureType.TRANSIENT : null))));
    }

    /** Does a call, and has the auditor look. */
    private Object perform(State state, Call call) {
        Object value = switch (call.kind()) {
            case CREATE -> create(state, call);
            case PUT -> {
                state.store.put(call.key(), call.body());
                yield true;
            }
            case GET -> state.store.get(call.key());
            case LIST ->
                state.store.tailMap(call.key()).keySet().stream()
                        .takeWhile(key -> key.startsWith(call.key()))
                        .filter(key -> call.after() == null || key.compareTo(call.after()) > 0)
                        .limit(call.limit())
                        .toList();
            case DELETE -> {
                call.keys().forEach(state.store::remove);
                yield true;
            }
            case CLOCK -> setup.at(state.ticked);
            case LIST_SOURCE -> Lakes.files(call.key(), state.lakes.get(call.key()));
            case RESOLVE_TABLE -> state.lakes.get(call.key());
            case LIST_VERSION -> Lakes.version(call.key(), call.limit(), state.lakes.get(call.key()));
            case READ_SOURCE ->
                Lakes.file(
                        call.key(),
                        state.lakes.get(call.key().substring(0, call.key().lastIndexOf('/') + 1)));
        };
        if (call.kind().writes() && !call.key().startsWith(COLLECTION + "/staging/")) {
            auditor.afterWrite(state.store, state.memory, setup.at(state.ticked));
        }
        return value;
    }

    private boolean create(State state, Call call) {
        if (code.lost() == Safeguard.CREATE_IF_ABSENT) {
            state.store.put(call.key(), call.body());
            return true;
        }
        boolean created = state.store.putIfAbsent(call.key(), call.body()) == null;
        return created || code.lost() == Safeguard.ONE_WINNER;
    }

    /** Does all that needs no choice. */
    private void settle(State state, List<String> story) {
        boolean again = true;
        while (again) {
            again = false;
            for (int i = 0; i < state.procs.size(); i++) {
                again |= goesOn(state, i, story);
            }
            for (int i = 0; i < state.attempts.size(); i++) {
                Attempt attempt = state.attempts.get(i);
                switch (attempt.play().next()) {
                    case Call call -> {
                        if (!setup.isVisible(call)) {
                            answer(state, i, Fate.DONE, story);
                            again = true;
                        }
                    }
                    case Play.Done done -> {
                        state.attempts.remove(i--);
                        ends(state, attempt, done.result(), story);
                        again = true;
                    }
                    default -> throw new IllegalStateException();
                }
            }
        }
    }

    private boolean goesOn(State state, int index, List<String> story) {
        Proc proc = state.procs.get(index);
        switch (proc.play.next()) {
            case Flow.Say say -> command(proc, say);
            case Flow.Launch launch -> command(proc, launch);
            case Flow.Stop stop -> command(proc, stop);
            case Flow.ChangeSource ignored -> {
                state.lakes.merge(Lakes.A.uri(), 1, Integer::sum);
                proc.play = proc.play.then(true);
            }
            case Flow.Take take -> {
                if (take.waits()) {
                    return taskEnds(state, index, story);
                }
                List<Flow.Letter> taken = proc.inbox;
                proc.inbox = List.of();
                proc.play = proc.play.then(taken);
            }
            case Flow.RunStep run -> {
                if (!run.local() && taskEnds(state, index, story)) {
                    return true;
                }
                if (proc.attended || (state.retries > 0 && setup.isRetried(run))) {
                    return false;
                }
                start(state, index, story);
            }
            default -> {
                return taskEnds(state, index, story);
            }
        }
        return true;
    }

    private static void command(Proc proc, Flow.Ask command) {
        proc.commands = plus(proc.commands, command);
        proc.play = proc.play.then(true);
    }

    /** What a flow did in its task happens. */
    private boolean taskEnds(State state, int index, List<String> story) {
        Proc proc = state.procs.get(index);
        List<Flow.Ask> commands = proc.commands;
        proc.commands = List.of();
        for (Flow.Ask command : commands) {
            switch (command) {
                case Flow.Say say -> says(state, proc, say.fact(), story);
                case Flow.Launch launch -> {
                    UpdateFlow update = launch.update();
                    tell(
                            story,
                            proc.name + " starts update " + update.name() + " upon version "
                                    + update.base().version());
                    state.procs.add(new Proc("update " + update.name(), index, update.number(), flow(update)));
                }
                case Flow.Stop stop -> {
                    for (Proc other : state.procs) {
                        if (other.parent == index && other.update == stop.update()) {
                            other.stop = true;
                        }
                    }
                }
                default -> throw new IllegalStateException(command.toString());
            }
        }
        return !commands.isEmpty();
    }

    private void says(State state, Proc proc, Flow.Fact fact, List<String> story) {
        tell(story, proc.name + " says: " + fact);
        if (setup.isReport(proc.name) && fact instanceof Flow.Fact.Ended ended) {
            auditor.reported(ended, state.memory);
            if (proc.parent < 0) {
                return;
            }
            boolean silent = ended.state() == UpdateState.FAILED || ended.state() == UpdateState.CANCELED;
            state.procs
                    .get(proc.parent)
                    .gets(new Flow.Letter.Closed(
                            proc.update, silent ? null : ended.state(), ended.head(), ended.failure()));
        } else {
            auditor.told(fact, state.memory, state.store, setup.at(state.ticked));
        }
    }

    private void start(State state, int index, List<String> story) {
        Proc proc = state.procs.get(index);
        proc.attended = true;
        Flow.RunStep run = (Flow.RunStep) proc.play.next();
        tell(story, proc.name + " " + run.step().word());
        attempt(state, index, run.step(), 1);
    }

    private void attempt(State state, int proc, Step step, int number) {
        String name = "attempt-" + proc + "-" + number;
        Play play = plays.computeIfAbsent(
                List.of(step, name), any -> new Play(counter, answers -> code.run(step, name, answers)));
        state.attempts.add(new Attempt(proc, step, number, play, true));
    }

    private Play flow(Flow.Program program) {
        return plays.computeIfAbsent(program, any -> new Play(counter, answers -> Flow.run(program, answers)));
    }

    private void ends(State state, Attempt attempt, Object result, List<String> story) {
        Proc proc = state.procs.get(attempt.proc());
        tell(
                story,
                proc.name + " " + attempt.step().word() + (attempt.current() ? "" : " (straggler)") + ", answer: "
                        + Auditor.inWords(result));
        auditor.answered(attempt.step(), result, state.memory);
        if (!attempt.current()) {
            return;
        }
        if (result instanceof Code.Failed failed
                && failed.type() == FailureType.TRANSIENT
                && attempt.number() < setup.tries()) {
            attempt(state, attempt.proc(), attempt.step(), attempt.number() + 1);
            return;
        }
        boolean local = ((Flow.RunStep) proc.play.next()).local();
        proc.attended = false;
        Play next = proc.play.then(result);
        if (local) {
            proc.play = next;
        } else {
            proc.taskEnds(next);
        }
    }

    /** The world as it begins. */
    State first() {
        State state = setup.history() == 0 ? new State(setup, Map.of(), Lakes.first(), new Auditor.Memory()) : seeded();
        setup.programs().forEach((name, program) -> state.procs.add(new Proc(name, -1, 0, flow(program))));
        settle(state, null);
        sort(state);
        return state;
    }

    /** A collection that has committed before, long ago. */
    private State seeded() {
        Setup past = setup.past();
        World world = new World(past, Safeguard.NOTHING);
        State state = world.first();
        List<Object> moves = world.moves(state);
        while (!moves.isEmpty()) {
            state = world.after(state, moves.get(0), null);
            moves = world.moves(state);
        }
        world.quiet(state);
        Auditor.Memory memory = new Auditor.Memory(state.memory);
        memory.forgetUpdates();
        return new State(setup, state.store, state.lakes, memory);
    }

    /** Nothing can happen any more: is all as it should be? */
    void quiet(State state) {
        for (Proc proc : state.procs) {
            boolean rests = proc.play.next() instanceof Play.Done
                    || (proc.play.next() instanceof Flow.Take && proc.inbox.isEmpty());
            if (!rests) {
                throw new Violation(10, proc.name + " is stuck at " + proc.play.next());
            }
        }
        if (setup.wish() != null) {
            auditor.quiet(state.memory, setup.wish().uri());
        }
    }

    int runs() {
        return counter.runs();
    }

    private static void tell(List<String> story, String line) {
        if (story != null) {
            story.add(line);
        }
    }

    private static <T> List<T> plus(List<T> list, T one) {
        List<T> longer = new ArrayList<>(list);
        longer.add(one);
        return List.copyOf(longer);
    }

    // ------------------------------------------------------------------ states as keys

    /** Stands for a state; two that differ have different ones, but for one chance in 2^60 and more. */
    record Key(long high, long low) {}

    Key key(State state) {
        List<Integer> words = new ArrayList<>(200);
        state.store.forEach((key, body) -> {
            words.add(number(key));
            words.add(body.number());
        });
        words.add(-1);
        state.lakes.forEach((uri, at) -> words.add(number(uri) * 16 + at));
        state.changes.forEach((uri, left) -> words.add(number(uri) * 16 + left));
        words.add(-2);
        for (Proc proc : state.procs) {
            words.add(proc.play.number());
            words.add(proc.task.number());
            words.add(number(proc.inbox));
            words.add(number(proc.taskInbox));
            words.add(number(proc.commands));
            words.add((proc.stop ? 1 : 0) + (proc.attended ? 2 : 0));
        }
        words.add(-3);
        for (Attempt attempt : state.attempts) {
            words.add(attempt.proc());
            words.add(attempt.number() * 2 + (attempt.current() ? 1 : 0));
            words.add(attempt.play().number());
        }
        words.add(-4);
        state.late.forEach(call -> words.add(number(call)));
        words.add(-5);
        words.add(state.letters);
        words.add(state.ticked);
        words.add(state.faults * 100 + state.retries * 10 + state.rewinds);
        state.memory.words(words, this::number);
        ByteBuffer bytes = ByteBuffer.allocate(4 * words.size());
        words.forEach(bytes::putInt);
        ByteBuffer digest = ByteBuffer.wrap(sha256.digest(bytes.array()));
        return new Key(digest.getLong(), digest.getLong());
    }

    private int number(Object value) {
        return numbers.computeIfAbsent(value, any -> numbers.size());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static final Duration LONG_AGO = Duration.ofDays(29);

    /** A lease, of the length of the worlds', has run out after the second. */
    static final Duration TICK = Duration.ofMinutes(9).plusSeconds(30);
}
