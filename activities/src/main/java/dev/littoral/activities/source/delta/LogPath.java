package dev.littoral.activities.source.delta;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.table.TableStorage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;

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
            if (at + 2 >= path.length()
                    || !HexFormat.isHexDigit(path.charAt(at + 1))
                    || !HexFormat.isHexDigit(path.charAt(at + 2))) {
                throw wrong(table, path, "two hexadecimal digits after each %");
            }
            bytes.write(HexFormat.fromHexDigits(path, at + 1, at + 3));
            from = at + 3;
        }
        bytes.writeBytes(path.substring(from).getBytes(UTF_8));
        try {
            // Bytes that were replaced would make one path of several.
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw wrong(table, path, "the bytes of a text in UTF-8");
        }
    }

    private static LittoralException wrong(String table, String path, String expected) {
        return LittoralException.input("The Delta table " + table + " names the file " + path
                + ", whose percent-encoding is not right; expected " + expected);
    }
}
