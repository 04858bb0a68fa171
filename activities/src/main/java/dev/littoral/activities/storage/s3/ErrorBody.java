package dev.littoral.activities.storage.s3;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The body of an error, which in S3 is an XML document that names a code. The SDK gets one with the code alone. Where
 * there is none, a description of the body takes its place, in words that are no code.
 */
final class ErrorBody {
    /** What a body is that names no code. */
    enum Lack {
        CUT_OFF(", and the reply was cut off"),
        /** A head alone, which may be cut off or all. */
        NO_LENGTH(", and neither a body nor its length"),
        UNKNOWN(" with an unknown code"),
        SEVERAL(" with several codes"),
        NO_CODE(" with XML that names no code"),
        NO_WHOLE_XML(" with XML that cannot be read"),
        NO_XML(" with a body that is no XML"),
        PAGE(" with a page of HTML, as a proxy sends it"),
        COMPRESSED(" with a body that is compressed"),
        TOO_LONG(" with a body of more than " + (MAX >> 10) + " KB");

        private final String words;

        Lack(String words) {
            this.words = words;
        }

        /** What to say behind the status. */
        String words() {
            return words;
        }

        private String inPlaceOfACode() {
            return "(" + name() + ")";
        }

        /** The description that takes the place of a code. */
        static Optional<Lack> of(String code) {
            return Arrays.stream(values())
                    .filter(lack -> lack.inPlaceOfACode().equals(code))
                    .findFirst();
        }
    }

    /** An error is a code and a sentence. */
    static final int MAX = 64 << 10;

    private static final Pattern HTML =
            Pattern.compile("\\s*<(!doctype\\s+)?html\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final XMLInputFactory XML = XMLInputFactory.newDefaultFactory();

    static {
        XML.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        XML.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XML.setProperty(XMLInputFactory.IS_COALESCING, true);
    }

    private ErrorBody() {}

    /** The body of an error with the code of another one. */
    static byte[] withCodeOf(byte[] body) {
        if (HTML.matcher(new String(body, StandardCharsets.ISO_8859_1)).matches()) {
            return with(Lack.PAGE);
        }
        boolean whole;
        try {
            whole = XmlLimits.isWhole(body);
        } catch (UnexpectedReplyException e) {
            return with(Lack.NO_XML);
        }
        if (!whole) {
            return with(Lack.NO_WHOLE_XML);
        }
        try {
            List<String> codes = codes(body);
            if (codes.size() == 1 && S3Failures.isCode(codes.getFirst())) {
                return document(codes.getFirst());
            }
            return with(codes.isEmpty() ? Lack.NO_CODE : codes.size() == 1 ? Lack.UNKNOWN : Lack.SEVERAL);
        } catch (XMLStreamException e) {
            return with(Lack.NO_WHOLE_XML);
        }
    }

    /** The body of an error that names no code. */
    static byte[] with(Lack lack) {
        return document(lack.inPlaceOfACode());
    }

    private static byte[] document(String code) {
        return ("<Error><Code>" + code + "</Code></Error>").getBytes(StandardCharsets.UTF_8);
    }

    /** The text of each element of this name below the root, which not every store calls the same. */
    private static List<String> codes(byte[] body) throws XMLStreamException {
        XMLStreamReader xml = XML.createXMLStreamReader(new ByteArrayInputStream(body));
        List<String> codes = new ArrayList<>();
        int depth = 0;
        while (xml.hasNext()) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (depth == 1 && xml.getLocalName().equals("Code")) {
                        codes.add(xml.getElementText().strip());
                    } else {
                        depth++;
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> depth--;
                default -> {}
            }
        }
        return codes;
    }
}
