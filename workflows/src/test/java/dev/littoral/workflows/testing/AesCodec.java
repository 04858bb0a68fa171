package dev.littoral.workflows.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.codec.PayloadCodecException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A codec that encrypts payloads with AES-GCM, as people write them. What it did not encrypt it leaves as it is. */
public final class AesCodec implements PayloadCodec {
    public static final String ENCODING = "binary/encrypted";

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKey key;

    /** With the key that {@code TEST_CODEC_KEY} names. */
    public AesCodec() {
        this(Optional.ofNullable(System.getenv("TEST_CODEC_KEY")).orElse("right"));
    }

    public AesCodec(String password) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8));
            key = new SecretKeySpec(digest, "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<Payload> encode(List<Payload> payloads) {
        return payloads.stream().map(this::encrypted).toList();
    }

    @Override
    public List<Payload> decode(List<Payload> payloads) {
        return payloads.stream().map(this::decrypted).toList();
    }

    private Payload encrypted(Payload payload) {
        byte[] nonce = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        byte[] sealed = apply(Cipher.ENCRYPT_MODE, nonce, payload.toByteArray());
        return Payload.newBuilder()
                .putMetadata("encoding", ByteString.copyFromUtf8(ENCODING))
                .setData(ByteString.copyFrom(nonce).concat(ByteString.copyFrom(sealed)))
                .build();
    }

    private Payload decrypted(Payload payload) {
        if (!payload.getMetadataOrDefault("encoding", ByteString.EMPTY)
                .toStringUtf8()
                .equals(ENCODING)) {
            return payload;
        }
        byte[] data = payload.getData().toByteArray();
        if (data.length < NONCE_BYTES) {
            throw new PayloadCodecException("too short");
        }
        try {
            return Payload.parseFrom(apply(
                    Cipher.DECRYPT_MODE,
                    Arrays.copyOf(data, NONCE_BYTES),
                    Arrays.copyOfRange(data, NONCE_BYTES, data.length)));
        } catch (InvalidProtocolBufferException e) {
            throw new PayloadCodecException(e);
        }
    }

    private byte[] apply(int mode, byte[] nonce, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new PayloadCodecException(e);
        }
    }
}
