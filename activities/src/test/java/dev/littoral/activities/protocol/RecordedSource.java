package dev.littoral.activities.protocol;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.PathOrder;
import dev.littoral.activities.path.PathRange;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.PlainSource;
import dev.littoral.activities.steps.ParquetSource;
import java.util.Arrays;
import java.util.List;

/** A source whose every listing and read is answered by the world. A listing is of one moment. */
final class RecordedSource implements PlainSource, ParquetSource.WithDeletes {
    private final RecordedStore world;
    private final String uri;

    /** Whether a file of another version than the listed one is refused, as a conditional read does. */
    private final boolean conditional;

    /** Whether a listing says which rows are deleted. */
    private final boolean listsDeletes;

    RecordedSource(RecordedStore world, String uri, Safeguard lost) {
        this.world = world;
        this.uri = uri;
        this.conditional = lost != Safeguard.CONDITIONAL_READ;
        this.listsDeletes = lost != Safeguard.DELETES_IN_LISTING;
    }

    @Override
    public DeletedRows deletedRows(SourceFile file) {
        return Lakes.deletedRows(file.deletesVersion());
    }

    @Override
    public String list(PathRange range, Visitor visitor) throws InterruptedException {
        for (Object each : (List<?>) world.ask(Call.listSource(uri))) {
            SourceFile found = ((Lakes.File) each).listed();
            SourceFile file = listsDeletes ? found : new SourceFile(found.path(), found.version(), found.bytes());
            if (range.contains(file.path())) {
                visitor.file(file);
            } else if (range.to() != null && PathOrder.compare(file.path(), range.to()) >= 0) {
                return file.path();
            }
        }
        return null;
    }

    @Override
    public void listSorted(Visitor visitor) throws InterruptedException {
        list(PathRange.ALL, visitor);
    }

    @Override
    public int parallelListings() {
        return 1;
    }

    @Override
    public List<String> splitPoints(String recent, String last, String to, int wanted) {
        return List.of();
    }

    @Override
    public byte[] read(SourceFile file, long offset, int length) throws FileChangedException {
        Lakes.File found = (Lakes.File) world.ask(Call.readSource(file.path(), file.version()));
        if (conditional && !found.version().equals(file.version())) {
            throw new FileChangedException(file.path(), "it has version " + found.version());
        }
        byte[] bytes = found.bytes();
        // Where the version is not looked at, what was asked of the file's end is read of the end it has now.
        int start = (int) (bytes.length - (file.bytes() - offset));
        byte[] part = Arrays.copyOfRange(bytes, start, start + length);
        return part;
    }

    @Override
    public void close() {}
}
