package dev.littoral.activities.verify;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Reads a skip report: the list of files that were left out by name or size. */
final class SkipReportReader {
    private SkipReportReader() {}

    /**
     * How many lines it has.
     *
     * @throws IOException when one is not what the format says, naming it
     */
    static long count(byte[] compressed) throws IOException {
        long lines = 0;
        try (JsonParser parser = JsonDocument.lines(compressed)) {
            while (parser.nextToken() != null) {
                lines++;
                JsonNode line = parser.readValueAsTree();
                if (!line.path("file").isTextual() || !line.path("reason").isTextual()) {
                    throw new IOException("it lacks a file or a reason");
                }
            }
        } catch (IOException e) {
            throw new IOException(
                    "at its line " + Math.max(1, lines) + " it cannot be read, as " + FindingText.reason(e), e);
        }
        return lines;
    }
}
