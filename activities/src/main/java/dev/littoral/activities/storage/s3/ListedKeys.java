package dev.littoral.activities.storage.s3;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Percent-decoding of a listing's keys, not all of which are UTF-8. Other decoders put U+FFFD in the place of bytes
 * that are none, which makes the name of another object. Here they leave a mark that is in no name.
 */
final class ListedKeys {
    /** Where bytes could not be decoded, by whoever read the reply. */
    static final char REPLACEMENT = '\uFFFD';

    /** Half of a surrogate pair, which UTF-8 cannot say without the other half. */
    private static final char MARK = '\uDFFF';

    private static final Pattern ESCAPES = Pattern.compile("(%[0-9A-Fa-f]{2})+");

    private ListedKeys() {}

    /**
     * Decodes a key or a common prefix.
     *
     * @return with marks
     * @throws IllegalArgumentException where it is not encoded so
     */
    static String decoded(String encoded) {
        if (encoded.indexOf('%') < 0 && encoded.indexOf('+') < 0) {
            return encoded.replace(REPLACEMENT, MARK);
        }
        String decoded = SdkHttpUtils.urlDecode(encoded);
        return decoded.indexOf(REPLACEMENT) < 0 ? decoded : SdkHttpUtils.urlDecode(marked(encoded));
    }

    /** The same key, encoded still, with marks that any decoder leaves as they are. */
    static String marked(String encoded) {
        // As a name the character itself would be escaped.
        return ESCAPES.matcher(encoded.replace(REPLACEMENT, MARK)).replaceAll(ListedKeys::marked);
    }

    private static String marked(MatchResult escapes) {
        byte[] bytes = HexFormat.of().parseHex(escapes.group().replace("%", ""));
        String decoded;
        try {
            decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(String.valueOf(MARK))
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalStateException(e);
        }
        return decoded.codePoints().noneMatch(c -> c == MARK)
                ? escapes.group()
                : decoded.codePoints()
                        .mapToObj(Character::toString)
                        .map(c -> c.charAt(0) == MARK ? c : SdkHttpUtils.urlEncode(c))
                        .collect(Collectors.joining());
    }

    /** A key as it can be shown, which is the key itself unless there is a mark in it. */
    static String shown(String key) {
        return key.indexOf(MARK) < 0
                ? key
                : key.codePoints()
                        .map(c -> c == MARK ? REPLACEMENT : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }
}
