package dev.littoral.worker;

import com.google.protobuf.ByteString;
import dev.littoral.workflows.CodecException;
import dev.littoral.workflows.model.FailureType;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.context.SerializationContext;
import io.temporal.workflow.unsafe.WorkflowUnsafe;
import java.util.List;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A payload codec whose failures are sentences, and which distinguishes a codec that does not work from a payload that
 * cannot be decoded: one that is refused twice, while a payload of our own goes there and back in between. Safe for use
 * by many threads if the codec is.
 *
 * @param codec the codec
 * @param name what it is, for messages
 */
record CheckedCodec(PayloadCodec codec, String name) implements PayloadCodec {
    private static final Logger LOG = LoggerFactory.getLogger(CheckedCodec.class);

    private static final Payload SAMPLE = Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8("json/plain"))
            .setData(ByteString.copyFromUtf8("\"littoral\""))
            .build();

    @Override
    public List<Payload> encode(List<Payload> payloads) {
        return called(codec::encode, "encode", payloads);
    }

    @Override
    public List<Payload> decode(List<Payload> payloads) {
        try {
            return called(codec::decode, "decode", payloads);
        } catch (CodecException e) {
            requireWorking();
        }
        try {
            return called(codec::decode, "decode", payloads);
        } catch (CodecException e) {
            throw new CodecException(
                    FailureType.INPUT,
                    "A payload cannot be decoded by " + name
                            + ", which works; expected one that was encoded with its key");
        }
    }

    /**
     * Sends a payload there and back.
     *
     * @throws CodecException where it does not come back as it was
     */
    void requireWorking() {
        List<Payload> back = called(codec::decode, "decode", called(codec::encode, "encode", List.of(SAMPLE)));
        if (!back.equals(List.of(SAMPLE))) {
            throw new CodecException(
                    FailureType.TRANSIENT, "A payload that went through " + name + " did not come back as it was");
        }
    }

    private List<Payload> called(UnaryOperator<List<Payload>> call, String verb, List<Payload> payloads) {
        List<Payload> answer;
        try {
            // It may ask a server, and a workflow's thread that waits so long counts as deadlocked.
            answer = WorkflowUnsafe.isWorkflowThread()
                    ? WorkflowUnsafe.deadlockDetectorOff(() -> call.apply(payloads))
                    : call.apply(payloads);
        } catch (CodecException e) {
            throw e;
        } catch (RuntimeException e) {
            // Its message may hold a key or a payload.
            LOG.debug("{} could not {}", name, verb, e);
            throw new CodecException(
                    FailureType.TRANSIENT,
                    "Payloads cannot be " + verb + "d by " + name + " ("
                            + e.getClass().getSimpleName() + ")");
        }
        if (answer.size() != payloads.size()) {
            throw new CodecException(
                    FailureType.TRANSIENT,
                    name + " answered " + answer.size() + " payloads; expected " + payloads.size());
        }
        return answer;
    }

    @Override
    public PayloadCodec withContext(SerializationContext context) {
        return new CheckedCodec(codec.withContext(context), name);
    }
}
