package dev.littoral.activities.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.littoral.activities.path.FileListDiff;
import dev.littoral.activities.path.SourceFile;
import java.util.List;

/**
 * A data file in a shard: one line of the shard's object.
 *
 * @param path where the file is
 * @param version the version that was read
 * @param bytes its size
 * @param rows its rows; 0 when it is left out
 * @param schema the fingerprint of its schema, or null when it is left out
 * @param fragments its fragments in row order; none when it is left out
 * @param skipped why it is left out, or null when it is served
 * @param unread whether it is left out because the store refused to return it, as with an archived one, so nothing is
 *     known of its bytes; each update tries again
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FileEntry(
        String path,
        String version,
        long bytes,
        long rows,
        String schema,
        List<FragmentEntry> fragments,
        String skipped,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean unread)
        implements FileListDiff.Line {

    /** The prefix of reasons for files that could not be read. Older builds did not mark such files. */
    private static final String NOT_READ = "Cannot ";

    public FileEntry {
        unread |= skipped != null && skipped.startsWith(NOT_READ);
    }

    /** A file that is served. */
    public static FileEntry served(SourceFile file, long rows, String schema, List<FragmentEntry> fragments) {
        return new FileEntry(file.path(), file.version(), file.bytes(), rows, schema, fragments, null, false);
    }

    /** A file that is left out for what is in it. */
    public static FileEntry leftOut(SourceFile file, String reason) {
        return new FileEntry(file.path(), file.version(), file.bytes(), 0, null, List.of(), reason, false);
    }

    /** A file that could not be read. */
    public static FileEntry unread(SourceFile file, String reason) {
        return new FileEntry(file.path(), file.version(), file.bytes(), 0, null, List.of(), reason, true);
    }

    /**
     * A row range of the file.
     *
     * @param start its first row
     * @param end one past its last row
     * @param segment the segment it is in, or null while it is in none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FragmentEntry(long start, long end, Long segment) {
        public long rows() {
            return end - start;
        }

        boolean sameRows(FragmentEntry other) {
            return start == other.start && end == other.end;
        }

        public FragmentEntry in(Long newSegment) {
            return new FragmentEntry(start, end, newSegment);
        }
    }

    /** A path where no file is any more. */
    public static FileEntry gone(String path) {
        return new FileEntry(path, null, 0, 0, null, List.of(), null, false);
    }

    public boolean served() {
        return skipped == null;
    }

    public boolean is(SourceFile file) {
        return path.equals(file.path()) && version.equals(file.version()) && bytes == file.bytes();
    }

    public SourceFile file() {
        return new SourceFile(path, version, bytes);
    }

    public FileEntry with(List<FragmentEntry> newFragments) {
        return new FileEntry(path, version, bytes, rows, schema, newFragments, skipped, unread);
    }

    /** Whether both cut the file into the same row ranges. */
    public boolean sameFragments(FileEntry other) {
        if (fragments.size() != other.fragments.size()) {
            return false;
        }
        for (int i = 0; i < fragments.size(); i++) {
            if (!fragments.get(i).sameRows(other.fragments.get(i))) {
                return false;
            }
        }
        return true;
    }
}
