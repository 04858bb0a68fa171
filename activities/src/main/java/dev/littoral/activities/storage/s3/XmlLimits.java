package dev.littoral.activities.storage.s3;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Size and depth limits for XML replies, checked in one streaming pass before a parser builds a tree. One thread. */
final class XmlLimits {
    /** An object of a listing lies two elements deep, its owner's name three. */
    private static final int MAX_DEPTH = 16;

    /** A thousand objects with more of each than any store says. */
    private static final int MAX_ELEMENTS = 200_000;

    /** A key of 1,024 bytes, each written as {@code %XX} or a little longer. */
    private static final int MAX_TEXT = 16 << 10;

    /** In these a {@code <} is the byte that it is in ASCII, and nothing else is. */
    private static final Pattern ENCODING =
            Pattern.compile("encoding\\s*=\\s*[\"'](?!(utf-8|us-ascii|iso-8859-1)[\"'])", Pattern.CASE_INSENSITIVE);

    private final byte[] xml;
    private int at;
    private int depth;
    private int elements;

    private XmlLimits(byte[] xml) {
        this.xml = xml;
    }

    /**
     * Looks at a document.
     *
     * @return whether it is whole: false where it breaks off
     * @throws UnexpectedReplyException where it is no XML that a store writes
     */
    static boolean isWhole(byte[] xml) {
        return new XmlLimits(xml).look();
    }

    private boolean look() {
        if (startsWith("\u00EF\u00BB\u00BF")) {
            at += 3;
        }
        while (true) {
            int text = at;
            while (at < xml.length && xml[at] != '<') {
                if (depth == 0 && !isSpace(xml[at])) {
                    throw new UnexpectedReplyException("the store's reply is no XML; expected a reply as S3 gives it");
                }
                at++;
            }
            if (at - text > MAX_TEXT) {
                throw tooMuch("a name or value of more than " + (MAX_TEXT >> 10) + " KB");
            }
            if (at == xml.length) {
                return depth == 0 && elements > 0;
            }
            if (!markup()) {
                return false;
            }
        }
    }

    /** Goes on behind what begins with {@code <}; false where it has no end. */
    private boolean markup() {
        int start = at;
        if (startsWith("<!--")) {
            return skipTo("-->", start);
        }
        if (startsWith("<![CDATA[")) {
            return skipTo("]]>", start);
        }
        if (startsWith("<?")) {
            boolean ends = skipTo("?>", start);
            Matcher encoding = ENCODING.matcher(new String(xml, start, at - start, StandardCharsets.ISO_8859_1));
            if (ends && encoding.find()) {
                throw new UnexpectedReplyException(
                        "the store's reply is in another encoding than UTF-8; expected a reply as S3 gives it");
            }
            return ends;
        }
        if (startsWith("<!")) {
            if (xml.length - start < "<![CDATA[".length()) {
                return false;
            }
            throw new UnexpectedReplyException(
                    "the store's reply is a page or has a document type; expected a reply as S3 gives it");
        }
        return tag(start);
    }

    private boolean tag(int start) {
        byte quote = 0;
        for (at++; at < xml.length && (quote != 0 || xml[at] != '>'); at++) {
            byte b = xml[at];
            if (quote == 0 && (b == '"' || b == '\'')) {
                quote = b;
            } else if (b == quote) {
                quote = 0;
            }
            if (at - start > MAX_TEXT) {
                throw tooMuch("a tag of more than " + (MAX_TEXT >> 10) + " KB");
            }
        }
        if (at == xml.length) {
            return false;
        }
        if (xml[start + 1] == '/') {
            depth--;
        } else {
            if (++elements > MAX_ELEMENTS) {
                throw tooMuch("more than " + MAX_ELEMENTS + " elements");
            }
            if (xml[at - 1] != '/' && ++depth > MAX_DEPTH) {
                throw tooMuch("elements in elements, more than " + MAX_DEPTH + " deep");
            }
        }
        at++;
        if (depth < 0) {
            throw new UnexpectedReplyException(
                    "the store's reply closes what it did not open; expected a reply as S3 gives it");
        }
        return true;
    }

    private boolean skipTo(String end, int start) {
        while (at < xml.length && !startsWith(end)) {
            if (at - start > MAX_TEXT) {
                throw tooMuch("a comment or section of more than " + (MAX_TEXT >> 10) + " KB");
            }
            at++;
        }
        boolean ends = at < xml.length;
        at = Math.min(xml.length, at + end.length());
        return ends;
    }

    private boolean startsWith(String text) {
        if (xml.length - at < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((xml[at + i] & 0xFF) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static UnexpectedReplyException tooMuch(String what) {
        return new UnexpectedReplyException(
                String.format(Locale.ROOT, "the store's reply has %s; expected a reply as S3 gives it", what));
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
