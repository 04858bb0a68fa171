package dev.littoral.activities.source.iceberg;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.FileChangedException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.activities.source.table.TableStorage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Reads the deleted rows of data files from the delete files of a table. Safe for use by many threads. */
final class DeletedPositions {
    private static final int MAGIC = 0xd1d33964;

    /** The length before the vector and its checksum after it. */
    private static final int FRAME = 4 + 4;

    private final TableStorage storage;
    private final PositionDeletes files;

    DeletedPositions(TableStorage storage) {
        this.storage = storage;
        this.files = new PositionDeletes(storage);
    }

    /**
     * The deleted rows of a data file.
     *
     * @param file as {@link DataFileLines} made it
     * @throws IOException when they are damaged
     */
    DeletedRows of(SourceFile file) throws FileChangedException, InterruptedException, IOException {
        FileDeleteRefs refs = FileDeleteRefs.parse(file.table().deletes());
        String path = refs.as() == null ? file.path() : refs.as();
        DeletedRows.Builder all = new DeletedRows.Builder();
        for (DeleteRef ref : refs.in()) {
            DeletedRows rows = ref.isVector()
                    ? vector(ref, file.table().rows())
                    : files.of(ref, path, file.table().rows());
            if (refs.in().size() == 1) {
                return within(file, rows);
            }
            all.addAll(rows);
        }
        return within(file, all.build());
    }

    /** A row beyond the file's last deletes nothing. */
    private static DeletedRows within(SourceFile file, DeletedRows rows) {
        long last = file.table().rows();
        if (rows.isEmpty() || (rows.last() >= 0 && rows.last() < last)) {
            return rows;
        }
        DeletedRows.Builder builder = new DeletedRows.Builder();
        builder.addMoved(rows, 0, last, 0);
        return builder.build();
    }

    /** A deletion vector: length, magic, a portable 64-bit Roaring bitmap, checksum. */
    private DeletedRows vector(DeleteRef ref, long rows)
            throws FileChangedException, InterruptedException, IOException {
        String address = storage.address(ref.path());
        int most = DeletedRows.mostBytes(rows);
        if (ref.length() < FRAME + 4 || ref.length() > most) {
            throw new IOException("the deletion vector at " + ref.offset() + " of " + address + " has " + ref.length()
                    + " bytes; expected " + (FRAME + 4) + " to " + most);
        }
        byte[] blob = storage.read(
                address, Math.max(ref.bytes(), ref.offset() + ref.length()), ref.offset(), (int) ref.length());
        ByteBuffer frame = ByteBuffer.wrap(blob);
        int inner = blob.length - FRAME;
        CRC32 crc = new CRC32();
        crc.update(blob, 4, inner);
        if (frame.getInt(0) != inner || frame.getInt(4) != MAGIC) {
            throw new IOException(
                    "the blob at " + ref.offset() + " of " + address + " is no deletion vector of its length");
        }
        if (frame.getInt(4 + inner) != (int) crc.getValue()) {
            throw new IOException("the deletion vector at " + ref.offset() + " of " + address
                    + " does not have the checksum that it says");
        }
        DeletedRows found = DeletedRows.parse(new ByteArrayInputStream(blob, 8, inner - 4));
        if (found.count() != ref.rows()) {
            throw new IOException("the deletion vector at " + ref.offset() + " of " + address + " has " + found.count()
                    + " rows; expected " + ref.rows() + ", as its manifest says");
        }
        return found;
    }

    /** About how many bytes of deletion vectors {@link #of} reads; what it reads of delete files has its own bound. */
    static long bytes(SourceFile file) {
        try {
            return FileDeleteRefs.parse(file.table().deletes()).in().stream()
                    .filter(DeleteRef::isVector)
                    .mapToLong(DeleteRef::length)
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            // Reading them says what is wrong.
            return 0;
        }
    }
}
