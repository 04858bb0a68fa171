package dev.littoral.activities.storage.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * An interceptor that lets the SDK read a listing of which not each key is UTF-8, as {@link ListObjectsParser} reads
 * it: one such key must not hide all the others.
 */
final class ListedKeysInterceptor implements ExecutionInterceptor {
    /** Each byte is a character in it. */
    private static final String LATIN = "iso-8859-1";

    /** The SDK's parser reads no XML with bytes that are not of its encoding. */
    @Override
    public Optional<InputStream> modifyHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        boolean isPage = context.request() instanceof ListObjectsV2Request
                && context.httpResponse().isSuccessful();
        return isPage ? context.responseBody().map(ListedKeysInterceptor::readable) : context.responseBody();
    }

    private static InputStream readable(InputStream body) {
        try (body) {
            byte[] xml = body.readAllBytes();
            String text = new String(xml, StandardCharsets.UTF_8);
            boolean asItIs = text.indexOf(ListedKeys.REPLACEMENT) < 0 || isLatin(text);
            return new ByteArrayInputStream(asItIs ? xml : text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isLatin(String xml) {
        return xml.startsWith("<?xml")
                && xml.substring(0, Math.max(0, xml.indexOf("?>")))
                        .toLowerCase(Locale.ROOT)
                        .contains(LATIN);
    }

    /** Comes before the SDK's own interceptor, which decodes what is listed. */
    @Override
    public SdkResponse modifyResponse(Context.ModifyResponse context, ExecutionAttributes attributes) {
        return context.response() instanceof ListObjectsV2Response page && page.encodingType() == EncodingType.URL
                ? page.toBuilder()
                        .contents(page.contents().stream()
                                .map(ListedKeysInterceptor::marked)
                                .toList())
                        .commonPrefixes(page.commonPrefixes().stream()
                                .map(ListedKeysInterceptor::marked)
                                .toList())
                        .build()
                : context.response();
    }

    private static S3Object marked(S3Object o) {
        return o.key() == null
                ? o
                : o.toBuilder().key(ListedKeys.marked(o.key())).build();
    }

    private static CommonPrefix marked(CommonPrefix common) {
        return common.prefix() == null
                ? common
                : common.toBuilder().prefix(ListedKeys.marked(common.prefix())).build();
    }
}
