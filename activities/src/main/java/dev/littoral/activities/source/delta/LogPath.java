package dev.littoral.activities.source.delta;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import java.io.ByteArrayOutputStream;

/** Paths in a log are percent-encoded, as in a URI. */
final class LogPath {
    /** Characters of a path, each byte of which may be three. */
    static final int MAX_LENGTH = 3 * TableStorage.MAX_PATH;

    private LogPath() {}

    /**
     * The path without percent-encoding.
     *
     * @throws LittoralException INPUT when it is none
     */
    static String decoded(String table, String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(path.length());
        int from = 0;
        for (int at = path.indexOf('%'); at >= 0; at = path.indexOf('%', from)) {
            bytes.writeBytes(path.substring(from, at).getBytes(UTF_8));
            int high = at + 2 < path.length() ? Character.digit(path.charAt(at + 1), 16) : -1;
            int low = at + 2 < path.length() ? Character.digit(path.charAt(at + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw LittoralException.input("The Delta table " + table + " names the file " + path
                        + ", whose percent-encoding is not right; expected two hexadecimal digits after each %");
            }
            bytes.write(high << 4 | low);
            from = at + 3;
        }
        bytes.writeBytes(path.substring(from).getBytes(UTF_8));
        return bytes.toString(UTF_8);
    }
}
