package dev.littoral.workflows;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MutableCoercionConfig;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.littoral.workflows.model.AcknowledgeMessage;
import dev.littoral.workflows.model.CarriedInput;
import dev.littoral.workflows.model.CollectionInput;
import dev.littoral.workflows.model.CollectionRequest;
import dev.littoral.workflows.model.JobsRequest;
import dev.littoral.workflows.model.Json;
import dev.littoral.workflows.model.LeaseMessage;
import dev.littoral.workflows.model.ProgressSignal;
import dev.littoral.workflows.model.SourceRequest;
import dev.littoral.workflows.model.UpdateInput;
import dev.littoral.workflows.model.VersionRequest;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.failure.v1.Failure;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DataConverterException;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.EncodingKeys;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import io.temporal.failure.ApplicationFailure;
import io.temporal.internal.worker.WorkflowExecutionException;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.context.ActivitySerializationContext;
import io.temporal.payload.context.SerializationContext;
import io.temporal.workflow.unsafe.WorkflowUnsafe;
import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The data converter of workers. Any message can be read: what is no JSON, or cannot be decoded by the
 * codec, becomes a value that is refused in words, where the default would fail the workflow's task again and again.
 * Everything else is the default, so clients need no converter but that of their namespace's codec. Safe for use by
 * many threads.
 */
public final class MessageConverter implements DataConverter {
    /** A key that is named twice is a mistake: it is unknown which of the two is meant. */
    private static final ObjectReader STRICT = Json.JSON
            .reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private static final ObjectReader LENIENT = Json.JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /**
     * Longer messages are not read: parsing megabytes takes longer than a workflow task may. A source has at most 64
     * KiB as JSON.
     */
    private static final int MAX_BYTES = 1 << 19;

    /** The state that one run of a collection passes to the next is longer. */
    private static final int MAX_CARRIED_BYTES = 1 << 22;

    /** The parsers of messages that clients send. */
    private static final Map<Class<?>, Function<JsonNode, ?>> MESSAGES = Map.of(
            CollectionInput.class, CollectionInput::new,
            CollectionRequest.class, CollectionRequest::new,
            CarriedInput.class, CarriedInput::new,
            SourceRequest.class, SourceRequest::new,
            JobsRequest.class, JobsRequest::new,
            LeaseMessage.class, LeaseMessage::new,
            AcknowledgeMessage.class, AcknowledgeMessage::new,
            VersionRequest.class, VersionRequest::new,
            ProgressSignal.class, ProgressSignal::new);

    /**
     * As the SDK has it, but a scalar of another type is not made to fit: 1.5 is no number of an update, and 7 no text.
     */
    private static final DataConverter DEFAULT = DefaultDataConverter.newDefaultInstance()
            .withPayloadConverterOverrides(new JacksonJsonPayloadConverter(strictlyTyped()));

    /** Long enough for any encoding that there is. */
    private static final Pattern ENCODING = Pattern.compile("[A-Za-z0-9/+._-]{1,64}");

    private final DataConverter standard;

    /** The activity whose payloads they are, or null. */
    private final String activity;

    public MessageConverter() {
        this(DEFAULT, null);
    }

    /**
     * Payloads that go through a codec, and failures with their messages.
     *
     * @param codec throws nothing but {@link CodecException}
     */
    public MessageConverter(PayloadCodec codec) {
        this(new CodecDataConverter(DEFAULT, List.of(codec), true), null);
    }

    private MessageConverter(DataConverter standard, String activity) {
        this.standard = standard;
        this.activity = activity;
    }

    private static ObjectMapper strictlyTyped() {
        ObjectMapper mapper = JacksonJsonPayloadConverter.newDefaultObjectMapper();
        refuse(
                mapper,
                LogicalType.Textual,
                CoercionInputShape.Integer,
                CoercionInputShape.Float,
                CoercionInputShape.Boolean);
        refuse(mapper, LogicalType.Boolean, CoercionInputShape.Integer, CoercionInputShape.String);
        refuse(mapper, LogicalType.Integer, CoercionInputShape.Float, CoercionInputShape.String);
        refuse(mapper, LogicalType.Float, CoercionInputShape.String);
        refuse(mapper, LogicalType.Enum, CoercionInputShape.Integer);
        refuse(mapper, LogicalType.DateTime);
        return mapper;
    }

    private static void refuse(ObjectMapper mapper, LogicalType type, CoercionInputShape... shapes) {
        MutableCoercionConfig coercions = mapper.coercionConfigFor(type)
                .setCoercion(
                        CoercionInputShape.EmptyString,
                        type == LogicalType.Textual ? CoercionAction.TryConvert : CoercionAction.Fail);
        for (CoercionInputShape shape : shapes) {
            coercions.setCoercion(shape, CoercionAction.Fail);
        }
    }

    @Override
    public <T> Optional<Payload> toPayload(T value) {
        return standard.toPayload(value);
    }

    @Override
    public Optional<Payloads> toPayloads(Object... values) {
        return standard.toPayloads(values);
    }

    @Override
    public <T> T fromPayload(Payload payload, Class<T> type, Type genericType) {
        Function<JsonNode, ?> message = MESSAGES.get(type);
        try {
            return message == null
                    ? standard.fromPayload(payload, type, genericType)
                    : type.cast(
                            message.apply(read(payload, type == CarriedInput.class ? MAX_CARRIED_BYTES : MAX_BYTES)));
        } catch (DataConverterException e) {
            return unread(type, e);
        } catch (CodecException e) {
            if (!e.isOfPayload()) {
                throw e;
            }
            return message == null
                    ? unread(type, e)
                    : type.cast(message.apply(new POJONode("a payload that the worker's codec cannot decode")));
        }
    }

    private static <T> T unread(Class<T> type, RuntimeException failure) {
        if (type == UpdateInput.class) {
            // Sent by a client that started an update: its workflow refuses that.
            return null;
        }
        throw failure;
    }

    private Payload decoded(Payload payload) {
        return standard instanceof PayloadCodec codec
                ? codec.decode(List.of(payload)).getFirst()
                : payload;
    }

    @Override
    public <T> T fromPayloads(int index, Optional<Payloads> content, Class<T> type, Type genericType) {
        return (MESSAGES.containsKey(type) || type == UpdateInput.class)
                        && content.isPresent()
                        && index < content.get().getPayloadsCount()
                ? fromPayload(content.get().getPayloads(index), type, genericType)
                : standard.fromPayloads(index, content, type, genericType);
    }

    /**
     * An activity's input too is refused in words: the decoder's failure would be tried again, and may repeat what it
     * could not read. So would be that of a call with what is no value of the parameter's type, as null is none of a
     * number's.
     */
    @Override
    public Object[] fromPayloads(Optional<Payloads> content, Class<?>[] types, Type[] genericTypes) {
        Object[] values;
        try {
            values = DataConverter.super.fromPayloads(content, types, genericTypes);
        } catch (DataConverterException e) {
            throw activity == null ? e : unreadInput(e).thrown();
        }
        for (int i = 0; activity != null && i < types.length; i++) {
            boolean fits = values[i] == null
                    ? !types[i].isPrimitive()
                    : MethodType.methodType(types[i]).wrap().returnType().isInstance(values[i]);
            if (!fits) {
                throw FailureReason.input("argument " + (i + 1) + " of " + activity + " is "
                                + (values[i] == null ? "null" : "of another type")
                                + "; expected what Littoral's workflows send")
                        .thrown();
            }
        }
        return values;
    }

    private FailureReason unreadInput(DataConverterException failure) {
        String where = failure.getCause() instanceof JsonMappingException mapping
                ? mapping.getPath().stream()
                        .map(JsonMappingException.Reference::getFieldName)
                        .filter(Objects::nonNull)
                        .map(name -> name + " in ")
                        .findFirst()
                        .orElse("")
                : "";
        return FailureReason.input(
                where + "the input of " + activity + " cannot be read; expected what Littoral's workflows send");
    }

    @Override
    public DataConverter withContext(SerializationContext context) {
        return new MessageConverter(
                standard.withContext(context),
                context instanceof ActivitySerializationContext of ? of.getActivityType() : null);
    }

    /** The SDK wraps what an update's validator throws, and would name its wrapper as the failure's type. */
    @Override
    public Failure exceptionToFailure(Throwable throwable) {
        if (throwable instanceof WorkflowExecutionException wrapper) {
            return wrapper.getFailure();
        }
        try {
            return throwable instanceof CodecException failure
                    ? plain(failure)
                    : standard.exceptionToFailure(throwable);
        } catch (CodecException e) {
            if (WorkflowUnsafe.isWorkflowThread()) {
                // Its task is retried. How a workflow fails is not reported as something else.
                throw e;
            }
            return plain(e);
        }
    }

    /** Not encoded: a codec that is away cannot encode its own failure. */
    private static Failure plain(CodecException failure) {
        ApplicationFailure said = ApplicationFailure.newFailure(
                failure.getMessage(), failure.type().name());
        said.setStackTrace(new StackTraceElement[0]);
        return DefaultDataConverter.STANDARD_INSTANCE.exceptionToFailure(said);
    }

    @Override
    public RuntimeException failureToException(Failure failure) {
        try {
            return standard.failureToException(failure);
        } catch (CodecException e) {
            if (!e.isOfPayload()) {
                throw e;
            }
            // Encoded by another codec; shown as it is.
            return DefaultDataConverter.STANDARD_INSTANCE.failureToException(failure);
        }
    }

    /** The length is limited before and after decoding. */
    private JsonNode read(Payload payload, int maxBytes) {
        return payload.getSerializedSize() > maxBytes ? tree(payload, maxBytes) : tree(decoded(payload), maxBytes);
    }

    private static JsonNode tree(Payload payload, int maxBytes) {
        if (payload.getSerializedSize() > maxBytes) {
            return new POJONode("too long, " + payload.getSerializedSize() + " bytes of at most " + maxBytes);
        }
        String encoding = payload.getMetadataMap()
                .getOrDefault(EncodingKeys.METADATA_ENCODING_KEY, payload.getData())
                .toStringUtf8();
        if (encoding.equals("binary/null")
                || (encoding.startsWith("json/") && payload.getData().isEmpty())) {
            return null;
        }
        if (!encoding.startsWith("json/")) {
            return new POJONode(
                    payload.containsMetadata(EncodingKeys.METADATA_ENCODING_KEY)
                                    && ENCODING.matcher(encoding).matches()
                            ? "no JSON (its encoding is " + encoding + ")"
                            : "no JSON");
        }
        byte[] json = payload.getData().toByteArray();
        try {
            return STRICT.readTree(json);
        } catch (IOException e) {
            return new POJONode(isJson(json) ? "JSON that names a key twice" : "no JSON");
        }
    }

    private static boolean isJson(byte[] bytes) {
        try {
            LENIENT.readTree(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
