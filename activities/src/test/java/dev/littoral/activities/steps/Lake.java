package dev.littoral.activities.steps;

import dev.littoral.activities.testing.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.sync.RequestBody;

/** A source that a test changes, and the books on what is in it. */
final class Lake {
    /** Where the files are. */
    interface Place {
        /** Ends in {@code /}. */
        String uri();

        /** The path of a file as the catalog names it. */
        String path(String name);

        void write(String name, byte[] bytes);

        void delete(String name);

        /** Whether a file that is written again with the same bytes has another version. */
        boolean everyWriteCounts();
    }

    /**
     * A file.
     *
     * @param rows its rows
     * @param bytes its size
     * @param version two that differ stand for two versions
     */
    record Content(int rows, int bytes, String version) {
        boolean listed() {
            return bytes > 0;
        }

        boolean served() {
            return rows > 0;
        }
    }

    private final Place place;
    private final TreeMap<String, Content> files = new TreeMap<>();
    private int writes;

    Lake(Place place) {
        this.place = place;
    }

    static Lake in(Path folder) {
        return new Lake(new Local(folder));
    }

    Place place() {
        return place;
    }

    /** Writes a Parquet file, over one of that name if there is one. */
    void write(String name, int rows, int variant) {
        writeBytes(name, ParquetFiles.of(rows, variant), rows, rows + "-" + variant);
    }

    void writeBytes(String name, byte[] bytes, int rows, String content) {
        place.write(name, bytes);
        files.put(name, new Content(rows, bytes.length, place.everyWriteCounts() ? "w" + ++writes : content));
    }

    void delete(String name) {
        place.delete(name);
        files.remove(name);
    }

    void deleteAll(Collection<String> names) {
        List.copyOf(names).forEach(this::delete);
    }

    /** The names of all files, left out or not. */
    List<String> names() {
        return List.copyOf(files.keySet());
    }

    List<String> namesIn(String folder) {
        return files.keySet().stream().filter(name -> name.startsWith(folder)).toList();
    }

    /** Whether a part of the name hides the file. */
    static boolean isHidden(String name) {
        return name.startsWith("_") || name.startsWith(".") || name.contains("/_") || name.contains("/.");
    }

    /** What a listing has to hand over, by path. */
    Map<String, Content> listed() {
        Map<String, Content> listed = new TreeMap<>();
        files.forEach((name, content) -> {
            if (!isHidden(name) && content.listed()) {
                listed.put(place.path(name), content);
            }
        });
        return listed;
    }

    /** A local folder. */
    record Local(Path folder) implements Place {
        @Override
        public String uri() {
            return "file://" + folder + "/";
        }

        @Override
        public String path(String name) {
            return folder + "/" + name;
        }

        @Override
        public void write(String name, byte[] bytes) {
            try {
                Path file = folder.resolve(name);
                Files.createDirectories(file.getParent());
                // In place: the same inode, and often the same size.
                Files.write(file, bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void delete(String name) {
            try {
                Files.delete(folder.resolve(name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean everyWriteCounts() {
            return true;
        }
    }

    /** A prefix of a bucket, where the same bytes have the same ETag. */
    record S3(S3Server server, String bucket) implements Place {
        private static final String PREFIX = "lake/";

        @Override
        public String uri() {
            return "s3://" + bucket + "/" + PREFIX;
        }

        @Override
        public String path(String name) {
            return uri() + name;
        }

        @Override
        public void write(String name, byte[] bytes) {
            server.client().putObject(r -> r.bucket(bucket).key(PREFIX + name), RequestBody.fromBytes(bytes));
        }

        @Override
        public void delete(String name) {
            server.client().deleteObject(r -> r.bucket(bucket).key(PREFIX + name));
        }

        @Override
        public boolean everyWriteCounts() {
            return false;
        }
    }
}
