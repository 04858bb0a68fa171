package dev.littoral.activities.source.lance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.deletes.DeletedRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Deleted rows 3, 5 and 9999 as Lance wrote them in an Arrow file, and with one value of it changed. */
class DeletionFileReaderTest {
    private byte[] right;

    @BeforeEach
    void read() throws Exception {
        Path table = Path.of(getClass().getResource("/lance/golden.lance").toURI());
        right = Files.readAllBytes(table.resolve("_deletions/0-1-13404568164568467600.arrow"));
    }

    private DeletedRows read(long rows, long deleted) throws IOException {
        return DeletionFileReader.read(right, true, rows, deleted);
    }

    @Test
    void asManyRowsAsTheManifestSaysAreFoundWithinTheFragment() throws Exception {
        assertThat(read(10_000, 3).count()).isEqualTo(3);
        assertThat(read(10_000, 0).last()).isEqualTo(9999);
        assertThatThrownBy(() -> read(10_000, 4)).hasMessageContaining("found 3 deleted rows, expected 4");
        assertThatThrownBy(() -> read(9999, 3)).hasMessageContaining("found row 9999 of a fragment of 9999 rows");
        assertThatThrownBy(() -> read(2, 3)).hasMessageContaining("3 rows in 1 columns and 2 buffers, for a fragment");
    }

    @ParameterizedTest
    @CsvSource({
        // The marks at both ends, and the length of the footer.
        "0x000, 1, 0x42, no Arrow file",
        "0x2b9, 1, 0x30, no Arrow file",
        "0x2b0, 4, 7, found an Arrow footer of 7 bytes",
        "0x2b0, 4, 0x2b1, found an Arrow footer of 689 bytes",
        "0x2b0, 4, -1, found an Arrow footer of -1 bytes",
        // The column: how many there are, its type, the bits of a number.
        "0x240, 4, 0, without exactly one column",
        "0x267, 1, 3, that is not of 32-bit numbers",
        "0x278, 4, 64, that is not of 32-bit numbers",
        // The one batch: how many there are, its start, the lengths of metadata and body.
        "0x28c, 4, 0, found 0 Arrow batches",
        "0x290, 8, -1, an Arrow batch that is not within the file",
        "0x290, 8, 0x1f1, an Arrow batch that is not within the file",
        "0x298, 4, 15, an Arrow batch that is not within the file",
        "0x298, 4, -1, an Arrow batch that is not within the file",
        "0x2a0, 8, -1, an Arrow batch that is not within the file",
        "0x2a0, 8, 0x131, an Arrow batch that is not within the file",
        "0x0e9, 1, 2, an Arrow message that is no batch",
        // Its rows, those of its column, how many are null, how many buffers there are.
        "0x108, 8, -1, found an Arrow batch of -1 rows",
        "0x108, 8, 4, found an Arrow batch of 4 rows",
        "0x118, 8, 4, found an Arrow batch of 3 rows",
        "0x120, 8, 1, found a null among deleted rows",
        "0x12c, 4, 1, 3 rows in 1 columns and 1 buffers",
        // The buffer of numbers: its offset, its length, how it is compressed, how long it is without that.
        "0x140, 8, -1, an Arrow buffer that is not within its batch",
        "0x148, 8, -1, an Arrow buffer that is not within its batch",
        "0x148, 8, 0x41, an Arrow buffer that is not within its batch",
        "0x148, 8, 7, found 0 bytes of 3 deleted rows",
        "0x148, 8, 19, found 11 bytes of 3 deleted rows",
        "0x15f, 1, 0, compressed by LZ4",
        "0x1c0, 8, -2, found -2 bytes of 3 deleted rows",
        "0x1c0, 8, 77, found 77 bytes of 3 deleted rows",
        "0x1c0, 8, 12, not compressed by Zstandard",
    })
    void aValueThatCannotBeIsRefused(String place, int bytes, String value, String words) {
        int at = Integer.decode(place);
        long changed = Long.decode(value);
        byte[] little = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(changed)
                .array();
        System.arraycopy(little, 0, right, at, bytes);
        assertThatThrownBy(() -> read(10_000, 3))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(words);
    }
}
