package dev.littoral.activities.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import dev.littoral.activities.path.SourceFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
    private static List<SourceFile> files(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new SourceFile("/lake/\"day\"=\n1/\uD83D\uDE00-" + i, "v" + i * 7919, i))
                .toList();
    }

    private static byte[] text(byte[] compressed) throws IOException {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(compressed))) {
            return in.readAllBytes();
        }
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        for (int count : new int[] {0, 1, 2, 5_000}) {
            assertThat(JsonLines.readAll(JsonLines.write(files(count)), SourceFile.class))
                    .isEqualTo(files(count));
        }
    }

    @Test
    void everyValueIsALineOfItsOwn() throws Exception {
        String text = new String(text(JsonLines.write(files(3))), StandardCharsets.UTF_8);
        assertThat(text).endsWith("}\n");
        assertThat(text.lines())
                .hasSize(3)
                .allMatch(line -> line.startsWith("{\"path\":\"/lake/") && line.endsWith("}"));
    }

    /** A block for each line would cost a multiple of both room and time. */
    @Test
    void linesAreCompressedTogether() throws Exception {
        byte[] lines = JsonLines.write(files(5_000));
        assertThat(lines.length).isLessThan(Zstd.compress(text(lines), 3).length * 3 / 2);
    }

    @Test
    void linesThatAreCutOffOrNoJsonAreAFailure() {
        byte[] lines = JsonLines.write(files(5_000));
        for (byte[] damaged : List.of(
                Arrays.copyOf(lines, lines.length / 2),
                Arrays.copyOf(lines, lines.length - 1),
                "no Zstandard".getBytes(StandardCharsets.UTF_8),
                Zstd.compress("{\"path\":".getBytes(StandardCharsets.UTF_8)),
                Zstd.compress("[7]".getBytes(StandardCharsets.UTF_8)))) {
            assertThatThrownBy(() -> JsonLines.readAll(damaged, SourceFile.class))
                    .isInstanceOf(IOException.class);
        }
    }
}
