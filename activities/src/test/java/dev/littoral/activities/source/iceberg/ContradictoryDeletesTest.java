package dev.littoral.activities.source.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.deletes.DeletedRows;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.path.SourceFile;
import dev.littoral.workflows.model.TableVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Delete files of Iceberg tables that contradict each other, their manifest or themselves: each is refused by name. */
class ContradictoryDeletesTest {
    @TempDir
    private Path temporary;

    private WrittenTable table;
    private DataFile file;
    private int tables;

    /** The bytes of a vector before any was changed. */
    private byte[] right;

    private void create(int format) throws IOException {
        Path folder = temporary.toRealPath().resolve("t" + tables++);
        table = WrittenTable.create(folder, format, PartitionSpec.unpartitioned());
        file = table.file("a.parquet", 100, 1000);
    }

    private void append() {
        table.table().newFastAppend().appendFile(file).commit();
    }

    private void commit(DeleteFile... deletes) {
        RowDelta delta = table.table().newRowDelta();
        if (table.table().currentSnapshot() != null) {
            delta.validateFromSnapshot(table.table().currentSnapshot().snapshotId());
        }
        for (DeleteFile each : deletes) {
            delta.addDeletes(each);
        }
        delta.commit();
    }

    private FileMetadata.Builder deletes(String name, FileFormat format) {
        return FileMetadata.deleteFileBuilder(table.table().spec())
                .ofPositionDeletes()
                .withPath(table.folder() + "/data/" + name)
                .withFormat(format)
                .withFileSizeInBytes(1000)
                .withReferencedDataFile(file.location())
                .withRecordCount(1);
    }

    private DeleteFile vector(String name, long offset, long length) {
        return deletes(name, FileFormat.PUFFIN)
                .withContentOffset(offset)
                .withContentSizeInBytes(length)
                .build();
    }

    private SourceFile only(Opened opened) throws Exception {
        Map<String, SourceFile> files = opened.files(opened.resolve());
        assertThat(files).hasSize(1);
        return files.values().iterator().next();
    }

    private void refused(String... words) throws Exception {
        try (Opened opened = Opened.at(table.folder())) {
            TableVersion version = opened.resolve();
            assertThatThrownBy(() -> opened.files(version))
                    .isInstanceOf(LittoralException.class)
                    .hasMessageContainingAll(words);
        }
    }

    private DeletedRows rows() throws Exception {
        try (Opened opened = Opened.at(table.folder())) {
            return opened.table().deletedRows(opened.resolve(), only(opened));
        }
    }

    private void damaged(String... words) {
        assertThatThrownBy(this::rows).isInstanceOf(IOException.class).hasMessageContainingAll(words);
    }

    @Test
    void aFileWithTwoDeletionVectorsIsRefused() throws Exception {
        create(3);
        append();
        commit(vector("one.puffin", 4, 50));
        commit(vector("other.puffin", 4, 50));
        refused("data file " + file.location() + " has two deletion vectors");
    }

    @Test
    void aVectorThatIsOlderThanItsFileIsRefused() throws Exception {
        create(3);
        commit(vector("one.puffin", 4, 50));
        append();
        refused("the deletion vector of " + file.location() + " is older than that file");
    }

    @Test
    void aVectorWithoutARightPlaceIsRefused() throws Exception {
        create(3);
        append();
        commit(vector("one.puffin", -4, 50));
        refused("the deletion vector in " + table.folder() + "/data/one.puffin is of file", "is at -4, 50 bytes long");
    }

    @Test
    void moreThanAThousandFilesOfPositionsForOneDataFileAreRefused() throws Exception {
        create(2);
        append();
        DeleteFile[] many = new DeleteFile[1000];
        for (int i = 0; i < many.length; i++) {
            many[i] = deletes("d" + i + ".parquet", FileFormat.PARQUET).build();
        }
        commit(many);
        try (Opened opened = Opened.at(table.folder())) {
            assertThat(only(opened).deletesVersion()).isNotNull();
        }
        commit(deletes("last.parquet", FileFormat.PARQUET).build());
        refused(file.location() + " of the Iceberg table has 1001 files of position deletes; expected at most 1000");
    }

    @Test
    void aVectorThatIsNotAsItSaysIsDamaged() throws Exception {
        create(3);
        append();
        table.deleteRows(file, 3, 5);
        assertThat(rows()).isEqualTo(DeletedRows.of(3, 5));
        DeleteFile vector = table.vector(file).orElseThrow();
        int at = vector.contentOffset().intValue();
        int end = at + vector.contentSizeInBytes().intValue();
        flip(vector, end - 5);
        damaged("the deletion vector at " + at + " of " + vector.location() + " does not have the checksum that it");
        flip(vector, at + 4);
        damaged("the blob at " + at + " of " + vector.location() + " is no deletion vector of its length");
        flip(vector, at + 3);
        damaged("the blob at " + at + " of " + vector.location() + " is no deletion vector of its length");
    }

    /** Changes one bit of what was written, and no other. */
    private void flip(DeleteFile vector, int at) throws IOException {
        Path path = Path.of(vector.location());
        right = right == null ? Files.readAllBytes(path) : right;
        byte[] wrong = right.clone();
        wrong[at] ^= 1;
        Files.write(path, wrong);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 3, has 2 rows; expected 3, as its manifest says",
        "11, 2, has 11 bytes; expected 12 to 65550",
        "65551, 2, has 65551 bytes; expected 12 to 65550"
    })
    void aVectorThatIsNotAsItsManifestSaysIsDamaged(long length, long rows, String sentence) throws Exception {
        create(3);
        append();
        DeleteFile vector = table.writeVector(file, 3, 5);
        commit(FileMetadata.deleteFileBuilder(table.table().spec())
                .copy(vector)
                .withContentSizeInBytes(length == 0 ? vector.contentSizeInBytes() : length)
                .withRecordCount(rows)
                .build());
        damaged("the deletion vector at " + vector.contentOffset() + " of " + vector.location() + " " + sentence);
    }

    /** What is read is what the bounds of its length let through. */
    @ParameterizedTest
    @CsvSource({"12, is no deletion vector of its length", "65550, it ends at byte"})
    void aVectorOfTheLeastOrTheMostBytesIsRead(long length, String sentence) throws Exception {
        create(3);
        append();
        commit(FileMetadata.deleteFileBuilder(table.table().spec())
                .copy(table.writeVector(file, 3, 5))
                .withContentSizeInBytes(length)
                .build());
        assertThatThrownBy(this::rows).hasMessageContaining(sentence);
    }

    @Test
    void aVectorIsReadHoweverSmallItsFileIsSaidToBe() throws Exception {
        create(3);
        append();
        commit(FileMetadata.deleteFileBuilder(table.table().spec())
                .copy(table.writeVector(file, 3, 5))
                .withFileSizeInBytes(1)
                .build());
        assertThat(rows()).isEqualTo(DeletedRows.of(3, 5));
    }

    @Test
    void theFilesOfPositionsOfADataFileAddUp() throws Exception {
        create(2);
        append();
        for (int row : new int[] {3, 99}) {
            Path path = positions("d" + row + ".parquet", row + " AS pos");
            commit(deletes("d" + row + ".parquet", FileFormat.PARQUET)
                    .withFileSizeInBytes(Files.size(path))
                    .build());
        }
        assertThat(rows()).isEqualTo(DeletedRows.of(3, 99));
    }

    @Test
    void positionsBeyondTheLastRowOfAFileDeleteNothing() throws Exception {
        create(3);
        append();
        table.deleteRows(file, 7, 99, 100, 5_000_000_000L);
        assertThat(rows()).isEqualTo(DeletedRows.of(7, 99));
        table.deleteRows(file, 7, 100);
        assertThat(rows()).isEqualTo(DeletedRows.of(7));
    }

    @ParameterizedTest
    @CsvSource({
        "3 AS position, has columns [file_path]; expected file_path and pos",
        "-1 AS pos, has a row without a file_path or without a pos from 0",
        "NULL::BIGINT AS pos, has a row without a file_path or without a pos from 0",
    })
    void aFileOfPositionsThatLacksOneIsDamaged(String position, String sentence) throws Exception {
        create(2);
        append();
        Path path = positions("d.parquet", position);
        commit(deletes("d.parquet", FileFormat.PARQUET)
                .withFileSizeInBytes(Files.size(path))
                .build());
        damaged("position delete file " + path + " " + sentence);
    }

    @ParameterizedTest
    @CsvSource({"24576, true", "24577, false"})
    void aPathInAFileOfPositionsThatNoStoreHasIsDamage(int length, boolean isRead) throws Exception {
        create(2);
        append();
        Path path = positions("d.parquet", "repeat('x', " + length + ")", "3 AS pos");
        commit(deletes("d.parquet", FileFormat.PARQUET)
                .withFileSizeInBytes(Files.size(path))
                .build());
        if (isRead) {
            assertThat(rows()).isEqualTo(DeletedRows.NONE);
        } else {
            damaged("a text of 24577 bytes", "at most 24576");
        }
    }

    private Path positions(String name, String position) throws Exception {
        return positions(name, "'" + file.location() + "'", position);
    }

    private Path positions(String name, String dataFile, String position) throws Exception {
        Path path = table.folder().resolve("data/" + name);
        try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckDb.createStatement()) {
            statement.execute(
                    "COPY (SELECT " + dataFile + " AS file_path, " + position + ") TO '" + path + "' (FORMAT parquet)");
        }
        return path;
    }

    @Test
    void encryptedFilesAreRefused() throws Exception {
        create(3);
        file = DataFiles.builder(table.table().spec())
                .copy(file)
                .withEncryptionKeyMetadata(ByteBuffer.wrap(new byte[] {1}))
                .build();
        append();
        refused("File " + file.location() + " is encrypted; expected none that is");
    }
}
