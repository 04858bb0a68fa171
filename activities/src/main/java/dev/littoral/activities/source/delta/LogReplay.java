package dev.littoral.activities.source.delta;

import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import dev.littoral.activities.source.table.TableStorage.Listed;

/**
 * Replays a log: the newest commit that names a path says whether it is in the table, and the checkpoint those that no
 * commit names. Commits are read from the newest to the oldest, so a file is passed on when it is met first, and only
 * the paths of the commits are kept.
 */
final class LogReplay {
    /** Those of commits are kept, within 200 MB. */
    private static final int MAX_PATHS = PathTable.MOST / 2;

    private final TableStorage storage;
    private final LogFiles files;
    private final Checkpoints checkpoints;

    LogReplay(TableStorage storage, LogFiles files) {
        this.storage = storage;
        this.files = files;
        this.checkpoints = new Checkpoints(storage, files);
    }

    /** Gets the data files that are in a version. */
    interface Visitor {
        /**
         * A data file.
         *
         * @param path without percent-encoding, whole, and not yet checked whether it may be read
         */
        void file(AddFile file, String path) throws InterruptedException;
    }

    /**
     * The metadata and the protocol of a version.
     *
     * @throws LittoralException INPUT when the log has none
     */
    DeltaVersionState state(LogSegment segment) throws FileChangedException, InterruptedException {
        StateVisitor state = new StateVisitor();
        files.prefetch(segment.commits());
        for (Listed commit : segment.commits()) {
            if (state.isWhole()) {
                return withSchema(state.state(), segment);
            }
            StateVisitor found = new StateVisitor();
            files.read(commit, found);
            state.older(found);
        }
        if (!state.isWhole() && segment.checkpoint() != null) {
            StateVisitor found = new StateVisitor();
            checkpoints.state(segment.checkpoint(), found);
            state.older(found);
        }
        if (!state.isWhole()) {
            throw LittoralException.input("The Delta table " + storage.root() + " has a damaged log: found no "
                    + (state.metadata == null ? "metaData" : "protocol") + " for version " + segment.version()
                    + ", expected one");
        }
        return withSchema(state.state(), segment);
    }

    private DeltaVersionState withSchema(DeltaVersionState state, LogSegment segment) {
        if (state.metadata().schema() == null) {
            throw LittoralException.input("The Delta table " + storage.root() + " has a damaged log: found a metaData"
                    + " without a schemaString for version " + segment.version() + ", expected one with it");
        }
        DeltaSchema.checkLength(storage.root(), state);
        return state;
    }

    /** The last metadata and protocol that are met. */
    private static final class StateVisitor implements ActionVisitor {
        private Metadata metadata;
        private Protocol protocol;

        @Override
        public void metadata(Metadata found) {
            metadata = found;
        }

        @Override
        public void protocol(Protocol found) {
            protocol = found;
        }

        private void older(StateVisitor found) {
            metadata = metadata == null ? found.metadata : metadata;
            protocol = protocol == null ? found.protocol : protocol;
        }

        private boolean isWhole() {
            return metadata != null && protocol != null;
        }

        private DeltaVersionState state() {
            return new DeltaVersionState(protocol, metadata);
        }
    }

    /** Visits the data files of a version. */
    void files(LogSegment segment, Visitor visitor) throws FileChangedException, InterruptedException {
        PathTable known = new PathTable();
        long order = 1;
        files.prefetch(segment.commits());
        for (Listed commit : segment.commits()) {
            CommitVisitor actions = new CommitVisitor(known, order++, visitor);
            files.read(commit, actions);
            known.putAbsent(actions.removed, actions.order << 32);
            if (known.size() > MAX_PATHS) {
                throw tooMany();
            }
        }
        if (segment.checkpoint() != null) {
            checkpoints.files(segment.checkpoint(), new ActionVisitor() {
                @Override
                public void add(AddFile file) throws InterruptedException {
                    String path = path(file.path());
                    if (known.size() == 0 || known.get(path) == 0) {
                        visitor.file(file, path);
                    }
                }
            });
        }
    }

    /** The data files of a commit, of which newer ones say nothing. Within it, a path that is added is there. */
    private final class CommitVisitor implements ActionVisitor {
        private final PathTable known;
        private final long order;
        private final Visitor visitor;
        private final PathTable removed = new PathTable();

        CommitVisitor(PathTable known, long order, Visitor visitor) {
            this.known = known;
            this.order = order;
            this.visitor = visitor;
        }

        @Override
        public void add(AddFile file) throws InterruptedException {
            String path = path(file.path());
            long found = known.get(path);
            String deletes = file.deletes() == null ? "" : file.deletes().id();
            long here = (order << 32) | Integer.toUnsignedLong(deletes.hashCode());
            if (found == 0) {
                if (known.size() == MAX_PATHS) {
                    throw tooMany();
                }
                known.put(path, here);
                visitor.file(file, path);
            } else if (found >>> 32 == order && found != here) {
                throw twice(storage, path);
            }
        }

        @Override
        public void remove(String path) {
            if (removed.size() == MAX_PATHS) {
                throw tooMany();
            }
            removed.put(path(path), 1);
        }
    }

    private LittoralException tooMany() {
        return LittoralException.input("The Delta table " + storage.root() + " has commits that name more than "
                + MAX_PATHS + " files since its last checkpoint; expected fewer. Write a checkpoint.");
    }

    static LittoralException twice(TableStorage storage, String path) {
        return LittoralException.input("The Delta table " + storage.root() + " has a damaged log: found the file "
                + path + " twice in one commit with different deleted rows, expected it once");
    }

    String path(String inLog) {
        return storage.normalized(LogPath.decoded(storage.root(), inLog));
    }
}
