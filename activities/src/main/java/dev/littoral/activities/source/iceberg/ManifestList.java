package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.concurrent.HeapBounds;
import dev.littoral.activities.failure.LittoralException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.GenericManifestFile;
import org.apache.iceberg.GenericPartitionFieldSummary;
import org.apache.iceberg.InternalData;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/**
 * Reads a list of manifests as Iceberg's library does, but for what is counted on the way: a list of a megabyte may
 * have tens of millions of entries when decompressed.
 */
final class ManifestList {
    /** A table of more wants its manifests rewritten; each takes some hundred bytes. */
    private static final int MOST = HeapBounds.of(50_000, 1_000_000);

    private ManifestList() {}

    /**
     * Reads a list.
     *
     * @param what it is, as a message begins with it
     * @throws LittoralException INPUT when it has too many entries, or such that are too large
     */
    static List<ManifestFile> read(String what, FileIO io, String location) throws IOException {
        return read(what, io, location, MOST, TextWeight.MOST_KEPT);
    }

    static List<ManifestFile> read(String what, FileIO io, String location, int most, long mostKept)
            throws IOException {
        List<ManifestFile> all = new ArrayList<>();
        long weight = 0;
        try (CloseableIterable<ManifestFile> entries = InternalData.read(FileFormat.AVRO, io.newInputFile(location))
                .setRootType(GenericManifestFile.class)
                .setCustomType(ManifestFile.PARTITION_SUMMARIES_ELEMENT_ID, GenericPartitionFieldSummary.class)
                .project(ManifestFile.schema())
                .build()) {
            for (ManifestFile each : entries) {
                TextWeight.checkPath(each.path());
                weight += TextWeight.of(each);
                if (all.size() == most || weight > mostKept) {
                    throw tooMuch(
                            what,
                            all.size() == most
                                    ? most + " manifests"
                                    : mostKept + " bytes in paths of manifests and bounds of partitions");
                }
                all.add(each);
            }
        }
        return all;
    }

    private static LittoralException tooMuch(String what, String most) {
        return LittoralException.input(what + " has more than " + most
                + "; expected at most as many, as they fill memory: rewrite the manifests of the table, or give the"
                + " worker more heap");
    }

    /**
     * The manifests of a snapshot of an old table, which has no lists of them: its metadata file names them.
     *
     * @param what as for {@link #read}
     * @throws LittoralException INPUT when it has too many
     */
    static List<ManifestFile> inMetadata(String what, FileIO io, Snapshot snapshot) {
        return snapshot.allManifests(new AtMost(what, io, MOST));
    }

    /** Access to a number of files. One thread. */
    private static final class AtMost implements FileIO {
        private static final long serialVersionUID = 1L;

        private final String what;
        private final transient FileIO files;
        private final int most;
        private int opened;

        AtMost(String what, FileIO files, int most) {
            this.what = what;
            this.files = files;
            this.most = most;
        }

        @Override
        public InputFile newInputFile(String path) {
            if (++opened > most) {
                throw tooMuch(what, most + " manifests");
            }
            return files.newInputFile(path);
        }

        @Override
        public OutputFile newOutputFile(String path) {
            return files.newOutputFile(path);
        }

        @Override
        public void deleteFile(String path) {
            files.deleteFile(path);
        }
    }
}
