package dev.littoral.activities.event.aws;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** What an answer is written in, checked in one streaming pass before the SDK builds a tree of it. */
enum AnswerFormat {
    /** What SNS writes. */
    XML {
        @Override
        void check(byte[] body) throws UnreadableAnswerException {
            try {
                XMLStreamReader xml = XML_FACTORY.createXMLStreamReader(new ByteArrayInputStream(body));
                int depth = 0;
                while (xml.hasNext()) {
                    switch (xml.next()) {
                        case XMLStreamConstants.START_ELEMENT -> {
                            if (++depth > MAX_DEPTH) {
                                throw new UnreadableAnswerException(
                                        "elements in elements, more than " + MAX_DEPTH + " deep");
                            }
                        }
                        case XMLStreamConstants.END_ELEMENT -> depth--;
                        case XMLStreamConstants.DTD -> throw new UnreadableAnswerException("what is no XML of SNS");
                        default -> {}
                    }
                }
            } catch (XMLStreamException e) {
                // Its message may quote what it found.
                throw new UnreadableAnswerException("what is no XML");
            }
        }
    },
    /** What SQS writes. */
    JSON {
        @Override
        void check(byte[] body) throws UnreadableAnswerException {
            boolean isObject;
            try (JsonParser json = JSON_FACTORY.createParser(body)) {
                isObject = json.nextToken() == JsonToken.START_OBJECT;
                if (isObject) {
                    json.skipChildren();
                }
                isObject = isObject && json.nextToken() == null;
            } catch (IOException e) {
                // Its message quotes what it found.
                isObject = false;
            }
            if (!isObject) {
                throw new UnreadableAnswerException(
                        "what is no JSON object, or one of more than " + MAX_DEPTH + " levels");
            }
        }
    };

    /** Answers have four levels or so. */
    private static final int MAX_DEPTH = 16;

    private static final XMLInputFactory XML_FACTORY = XMLInputFactory.newDefaultFactory();

    private static final JsonFactory JSON_FACTORY = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    static {
        XML_FACTORY.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        XML_FACTORY.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    }

    /** Fails where a body is not written so, breaks off, or has more levels than any answer. */
    abstract void check(byte[] body) throws UnreadableAnswerException;
}
