package dev.littoral.activities.source.delta;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads actions in JSON, one a line, without building more than one at a time. What is not asked for is passed over.
 * Any other than JSON within bounds of depth and length is a {@link JsonProcessingException}. One thread.
 */
final class ActionReader {
    private static final int MAX_DEPTH = 200;
    private static final int MAX_TEXT = 16 << 20;

    static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private static final int MAX_COLUMNS = 10_000;

    /** Characters of all texts of a map or a list. */
    private static final int MAX_TEXTS = 4 << 20;

    private final String address;
    private final InputStream bytes;
    private final ActionVisitor visitor;
    private JsonParser in;

    ActionReader(String address, InputStream bytes, ActionVisitor visitor) {
        this.address = address;
        this.bytes = bytes;
        this.visitor = visitor;
    }

    /** What is wrong with JSON, without a part of it. */
    static String reason(IOException e) {
        if (e instanceof StreamConstraintsException) {
            return "it is nested deeper than " + MAX_DEPTH + ", or has a text longer than " + MAX_TEXT + " characters";
        }
        if (e instanceof JsonProcessingException json && json.getLocation() != null) {
            // What follows names the parser's own source.
            String message = json.getOriginalMessage().split(" \\(start marker at", 2)[0];
            return "line " + json.getLocation().getLineNr() + ": " + message;
        }
        return e.getMessage();
    }

    void read() throws IOException, InterruptedException {
        try (JsonParser parser = JSON.createParser(bytes)) {
            in = parser;
            for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
                require(token == JsonToken.START_OBJECT, "an object");
                if (Thread.interrupted()) {
                    throw new InterruptedIOException("interrupted while reading " + address);
                }
                while (in.nextToken() == JsonToken.FIELD_NAME) {
                    String action = in.currentName();
                    if (in.nextToken() == JsonToken.START_OBJECT) {
                        action(action);
                    } else {
                        in.skipChildren();
                    }
                }
            }
        }
    }

    private void action(String name) throws IOException, InterruptedException {
        switch (name) {
            case "add" -> add();
            case "remove" -> remove();
            case "metaData" -> metadata();
            case "protocol" -> protocol();
            case "sidecar" -> sidecar();
            case "commitInfo" -> commitInfo();
            default -> in.skipChildren();
        }
    }

    private void add() throws IOException, InterruptedException {
        String path = null;
        Map<String, String> partition = Map.of();
        Long size = null;
        Long modified = null;
        boolean dataChange = true;
        Long rows = null;
        DeletionVector deletes = null;
        Long baseRowId = null;
        Long rowCommit = null;
        while (field()) {
            switch (in.currentName()) {
                case "path" -> path = path();
                case "partitionValues" -> partition = texts();
                case "size" -> size = number();
                case "modificationTime" -> modified = number();
                case "dataChange" -> dataChange = in.nextToken() != JsonToken.VALUE_FALSE;
                case "stats" -> rows = rows();
                case "deletionVector" -> deletes = deletionVector();
                case "baseRowId" -> baseRowId = number();
                case "defaultRowCommitVersion" -> rowCommit = number();
                default -> pass();
            }
        }
        require(path != null, "add with a path");
        require(size != null && size >= 0, "add with a size of 0 or more");
        AddFile file = new AddFile(
                path,
                partition,
                size,
                modified == null ? 0 : modified,
                dataChange,
                rows,
                deletes,
                baseRowId,
                baseRowId == null ? null : rowCommit);
        require(file.weight() <= AddFile.MAX_WEIGHT, "add with texts of at most " + AddFile.MAX_WEIGHT + " characters");
        visitor.add(file);
    }

    private void remove() throws IOException, InterruptedException {
        String path = null;
        while (field()) {
            if (in.currentName().equals("path")) {
                path = path();
            } else {
                pass();
            }
        }
        require(path != null, "remove with a path");
        visitor.remove(path);
    }

    private void metadata() throws IOException {
        String id = null;
        String provider = "parquet";
        String schema = null;
        List<String> partitionColumns = List.of();
        Map<String, String> configuration = Map.of();
        while (field()) {
            switch (in.currentName()) {
                case "id" -> id = text();
                case "format" -> {
                    if (in.nextToken() == JsonToken.START_OBJECT) {
                        while (field()) {
                            if (in.currentName().equals("provider")) {
                                provider = text();
                            } else {
                                pass();
                            }
                        }
                    }
                }
                case "schemaString" -> schema = text();
                case "partitionColumns" -> partitionColumns = list();
                case "configuration" -> configuration = texts();
                default -> pass();
            }
        }
        require(id != null, "metaData with an id");
        visitor.metadata(new Metadata(id, provider, schema, partitionColumns, configuration));
    }

    private void protocol() throws IOException {
        Long version = null;
        List<String> features = List.of();
        while (field()) {
            switch (in.currentName()) {
                case "minReaderVersion" -> version = number();
                case "readerFeatures" -> features = list();
                default -> pass();
            }
        }
        require(version != null && version.intValue() == version, "protocol with a minReaderVersion");
        visitor.protocol(new Protocol(version.intValue(), features));
    }

    private void sidecar() throws IOException {
        String path = null;
        Long size = null;
        while (field()) {
            switch (in.currentName()) {
                case "path" -> path = path();
                case "sizeInBytes" -> size = number();
                default -> pass();
            }
        }
        require(path != null && size != null && size > 0, "sidecar with a path and a sizeInBytes");
        visitor.sidecar(path, size);
    }

    private void commitInfo() throws IOException {
        while (field()) {
            if (in.currentName().equals("inCommitTimestamp")) {
                Long millis = number();
                if (millis != null) {
                    visitor.inCommitTimestamp(millis);
                }
            } else {
                pass();
            }
        }
    }

    private DeletionVector deletionVector() throws IOException {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return null;
        }
        String storage = null;
        String path = null;
        Long offset = null;
        Long size = null;
        Long cardinality = null;
        while (field()) {
            switch (in.currentName()) {
                case "storageType" -> storage = text();
                case "pathOrInlineDv" -> path = text();
                case "offset" -> offset = number();
                case "sizeInBytes" -> size = number();
                case "cardinality" -> cardinality = number();
                default -> pass();
            }
        }
        return DeletionVector.of(storage, path, offset, size, cardinality)
                .orElseThrow(() -> new JsonParseException(in, "no deletion vector that there can be"));
    }

    /** The number of rows, which stats that are no JSON do not say. */
    private Long rows() throws IOException {
        return in.nextToken() == JsonToken.VALUE_STRING ? Stats.rows(in.getText()) : passed();
    }

    private Long passed() throws IOException {
        in.skipChildren();
        return null;
    }

    private boolean field() throws IOException {
        return in.nextToken() == JsonToken.FIELD_NAME;
    }

    private void pass() throws IOException {
        in.nextToken();
        in.skipChildren();
    }

    private String text() throws IOException {
        JsonToken token = in.nextToken();
        require(token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NULL, "a text");
        return token == JsonToken.VALUE_NULL ? null : in.getText();
    }

    private String path() throws IOException {
        String path = text();
        require(
                path == null || path.length() <= LogPath.MAX_LENGTH,
                "a path of at most " + LogPath.MAX_LENGTH + " characters");
        return path;
    }

    private Long number() throws IOException {
        JsonToken token = in.nextToken();
        require(token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NULL, "a whole number");
        return token == JsonToken.VALUE_NULL ? null : in.getLongValue();
    }

    private Map<String, String> texts() throws IOException {
        if (in.nextToken() == JsonToken.VALUE_NULL) {
            return Map.of();
        }
        require(in.currentToken() == JsonToken.START_OBJECT, "an object");
        Map<String, String> texts = new LinkedHashMap<>();
        long length = 0;
        while (field()) {
            String name = in.currentName();
            require(texts.size() < MAX_COLUMNS, "at most " + MAX_COLUMNS + " fields");
            String text = text();
            length += name.length() + (text == null ? 0 : text.length());
            requireLength(length);
            texts.put(name, text);
        }
        return texts;
    }

    private List<String> list() throws IOException {
        if (in.nextToken() == JsonToken.VALUE_NULL) {
            return List.of();
        }
        require(in.currentToken() == JsonToken.START_ARRAY, "a list");
        List<String> texts = new ArrayList<>();
        long length = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            require(in.currentToken() == JsonToken.VALUE_STRING && texts.size() < MAX_COLUMNS, "a list of texts");
            length += in.getTextLength();
            requireLength(length);
            texts.add(in.getText());
        }
        return texts;
    }

    private void requireLength(long texts) throws IOException {
        require(texts <= MAX_TEXTS, "texts of at most " + MAX_TEXTS + " characters together");
    }

    private void require(boolean isSo, String expected) throws JsonParseException {
        if (!isSo) {
            throw new JsonParseException(in, "expected " + expected);
        }
    }
}
