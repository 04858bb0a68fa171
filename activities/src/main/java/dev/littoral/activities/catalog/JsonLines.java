package dev.littoral.activities.catalog;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import dev.littoral.workflows.model.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** JSON lines compressed with Zstandard, the format of the catalog's lists, which any tool can read. */
public final class JsonLines {
    /** Fast, and within a few percent of the levels that take several times as long. */
    private static final int LEVEL = 3;

    /** A flush after each line would end a block of compressed bytes after each line. */
    private static final ObjectWriter LINE = Json.JSON.writer().without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE);

    private JsonLines() {}

    /** Writes lines one by one. One thread. */
    public static final class LineWriter<T> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final JsonGenerator generator;
        private final OutputStream compressed;

        public LineWriter() {
            try {
                compressed = new ZstdOutputStream(bytes, LEVEL);
                generator = LINE.createGenerator(compressed).setRootValueSeparator(null);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public void add(T line) {
            try {
                LINE.writeValue(generator, line);
                generator.writeRaw('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The compressed lines. Nothing can be added after. */
        public byte[] finish() {
            try {
                generator.close();
                compressed.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        }
    }

    public static <T> byte[] write(Iterable<T> lines) {
        LineWriter<T> writer = new LineWriter<>();
        lines.forEach(writer::add);
        return writer.finish();
    }

    /** Hands over the lines one by one. */
    public static <T> void read(byte[] compressed, Class<T> type, Consumer<T> line) throws IOException {
        try (MappingIterator<T> lines =
                Json.JSON.readerFor(type).readValues(new ZstdInputStream(new ByteArrayInputStream(compressed)))) {
            while (lines.hasNextValue()) {
                line.accept(lines.nextValue());
            }
        }
    }

    /**
     * The lines, decoded as they are taken.
     *
     * @param failure what is thrown where that fails
     */
    static <T> Stream<T> stream(byte[] compressed, Class<T> type, Function<IOException, RuntimeException> failure) {
        try {
            MappingIterator<T> lines =
                    Json.JSON.readerFor(type).readValues(new ZstdInputStream(new ByteArrayInputStream(compressed)));
            return StreamSupport.stream(
                    new Spliterators.AbstractSpliterator<>(Long.MAX_VALUE, Spliterator.ORDERED) {
                        @Override
                        public boolean tryAdvance(Consumer<? super T> line) {
                            T next;
                            try {
                                if (!lines.hasNextValue()) {
                                    lines.close();
                                    return false;
                                }
                                next = lines.nextValue();
                            } catch (IOException e) {
                                throw failure.apply(e);
                            }
                            line.accept(next);
                            return true;
                        }
                    },
                    false);
        } catch (IOException e) {
            throw failure.apply(e);
        }
    }

    public static <T> List<T> readAll(byte[] compressed, Class<T> type) throws IOException {
        List<T> lines = new ArrayList<>();
        read(compressed, type, lines::add);
        return lines;
    }

    /** One value as compressed JSON. */
    static byte[] writeOne(Object value) {
        try {
            return Zstd.compress(Json.JSON.writeValueAsString(value).getBytes(StandardCharsets.UTF_8), LEVEL);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T readOne(byte[] compressed, Class<T> type) throws IOException {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(compressed))) {
            return Json.JSON.readValue(in, type);
        }
    }
}
