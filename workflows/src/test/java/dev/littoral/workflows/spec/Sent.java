package dev.littoral.workflows.spec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.InvalidRequestException;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.SourceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What people send, written with ' for each ", and how it is refused. */
final class Sent {
    static final int LONGEST_MESSAGE = 600;
    static final String ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE";
    static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    private Sent() {}

    static String refusal(Supplier<?> request) {
        List<String> message = new ArrayList<>();
        assertThatThrownBy(request::get)
                .isInstanceOf(InvalidRequestException.class)
                .satisfies(e -> message.add(e.getMessage()));
        return message.get(0);
    }

    static ExternalSource source(String json) {
        return SourceParser.parse(new SourceRequest(json(json)));
    }

    static CollectionStart start(String json) {
        return CollectionStart.parse(new CollectionInput(json(json)));
    }

    static String uri(String uri) {
        return "{'uri':'" + uri + "'}";
    }

    static String spec(String pairs) {
        return "{'uri':'s3://lake/','spec':{" + pairs + "}}";
    }

    /** JSON written with ' for each ". */
    static JsonNode json(String text) {
        try {
            return Json.JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
