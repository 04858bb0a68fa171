package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.core5.http.MessageConstraintException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/** How much of each kind of reply is handed over, and that what is left of one is not read. */
class BoundedHttpClientTest {
    private static final String PAGE =
            "<s:ListBucketResult xmlns:s='x'><IsTruncated>False</IsTruncated></s:ListBucketResult>";
    private static final String LISTING = "?list-type=2";
    private static final int KB = 1 << 10;
    private static final int MB = 1 << 20;
    private static final MinimumRateBody.Pace PACE = new MinimumRateBody.Pace(Duration.ofHours(1), 1);

    private final AtomicInteger aborted = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger clientClosed = new AtomicInteger();
    private long taken;

    private SdkHttpResponse.Builder head = SdkHttpResponse.builder().statusCode(200);

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static InputStream endless() {
        return new InputStream() {
            @Override
            public int read() {
                return ' ';
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                Arrays.fill(into, offset, offset + length, (byte) ' ');
                return length;
            }
        };
    }

    private static InputStream breaking() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the connection was reset");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return read();
            }
        };
    }

    private AbortableInputStream body(InputStream in) {
        InputStream counted = new FilterInputStream(in) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int read = super.read(into, offset, length);
                taken += Math.max(0, read);
                return read;
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
        return AbortableInputStream.create(counted, aborted::incrementAndGet);
    }

    private SdkHttpClient client(ExecutableHttpRequest request) {
        return new BoundedHttpClient(
                new SdkHttpClient() {
                    @Override
                    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest any) {
                        return request;
                    }

                    @Override
                    public String clientName() {
                        return "fake";
                    }

                    @Override
                    public void close() {
                        clientClosed.incrementAndGet();
                    }
                },
                PACE);
    }

    /** A request whose sending can be counted as stopped. */
    private interface Sending extends ExecutableHttpRequest {
        @Override
        default void abort() {}
    }

    private static HttpExecuteRequest request(SdkHttpMethod method, String query) {
        return HttpExecuteRequest.builder()
                .request(SdkHttpRequest.builder()
                        .method(method)
                        .uri(URI.create("http://127.0.0.1/lake/" + query))
                        .build())
                .build();
    }

    private HttpExecuteResponse send(SdkHttpMethod method, String query, InputStream in) throws IOException {
        Sending sending = () -> HttpExecuteResponse.builder()
                .response(head.build())
                .responseBody(body(in))
                .build();
        return client(sending).prepareRequest(request(method, query)).call();
    }

    private String replied(SdkHttpMethod method, String query, InputStream in) throws IOException {
        try (AbortableInputStream handed =
                send(method, query, in).responseBody().orElseThrow()) {
            return new String(handed.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String listed(InputStream in) throws IOException {
        return replied(SdkHttpMethod.GET, LISTING, in);
    }

    private void assertReadToItsEnd() {
        assertThat(closed).hasValue(1);
        assertThat(aborted).hasValue(0);
    }

    private void assertCutOff() {
        assertThat(aborted).hasValue(1);
        assertThat(closed).hasValue(0);
    }

    private void refused(InputStream in, String said) {
        assertThatThrownBy(() -> listed(in))
                .isInstanceOf(UnexpectedReplyException.class)
                .hasMessageContaining(said)
                .hasMessageEndingWith("; expected a reply as S3 gives it");
        assertCutOff();
    }

    @Test
    void anObjectIsHandedOnAsItComes() throws Exception {
        HttpExecuteResponse reply = send(SdkHttpMethod.GET, "", endless());
        assertThat(taken).isZero();
        reply.responseBody().orElseThrow().abort();
        assertCutOff();
        head.putHeader("Content-Encoding", "gzip");
        assertThat(replied(SdkHttpMethod.GET, "", text("no XML"))).isEqualTo("no XML");
    }

    @Test
    void aListingIsHandedOnWhole() throws Exception {
        head.putHeader("Content-Encoding", "identity");
        assertThat(listed(text(PAGE))).isEqualTo(PAGE);
        assertReadToItsEnd();
        head = SdkHttpResponse.builder().statusCode(200).putHeader("Content-Encoding", " ");
        assertThat(listed(text(PAGE))).isEqualTo(PAGE);
    }

    @Test
    void aListingHasAtMost8Megabytes() throws Exception {
        String element = "<b>" + "x".repeat(8 * KB - 7) + "</b>";
        int rest = 8 * KB - "<ListBucketResult></ListBucketResult>".length();
        String most = "<ListBucketResult>" + element.repeat(1_023) + "x".repeat(rest) + "</ListBucketResult>";
        assertThat(listed(text(most))).hasSize(8 * MB);
        assertReadToItsEnd();
        closed.set(0);
        taken = 0;
        refused(new SequenceInputStream(text(most), endless()), "more than 8 MB");
        assertThat(taken).isEqualTo(8 * MB + 1);
    }

    @Test
    void aListingThatIsCompressedIsNotRead() {
        head.putHeader("Content-Encoding", "gzip");
        refused(text("<a/>"), "compressed");
        assertThat(taken).isZero();
    }

    @Test
    void aListingWithNothingInItIsNone() throws Exception {
        assertThat(listed(text(""))).isEmpty();
        closed.set(0);
        head.putHeader("Content-Length", "0");
        assertThatThrownBy(() -> listed(text("")))
                .isInstanceOf(UnexpectedReplyException.class)
                .hasMessageContaining("nothing in it");
        assertReadToItsEnd();
    }

    @Test
    void anAnswerToADeletionHasSomethingInIt() throws Exception {
        assertThatThrownBy(() -> replied(SdkHttpMethod.POST, "?delete", text("")))
                .as("of a head that was cut off the length is missing")
                .isInstanceOf(EOFException.class)
                .hasMessage("the reply breaks off");
        head.putHeader("Content-Length", "0");
        assertThatThrownBy(() -> replied(SdkHttpMethod.POST, "?delete", text("")))
                .isInstanceOf(UnexpectedReplyException.class)
                .hasMessageContaining("nothing in it");
        assertThat(replied(SdkHttpMethod.POST, "?delete", text("<DeleteResult/>")))
                .isEqualTo("<DeleteResult/>");
    }

    @Test
    void aListingThatIsCutOffIsSaidToBe() {
        assertThatThrownBy(() -> listed(text("<a>")))
                .isInstanceOf(EOFException.class)
                .hasMessage("the reply breaks off");
        assertReadToItsEnd();
        closed.set(0);
        assertThatThrownBy(() -> listed(new SequenceInputStream(text("<a>"), breaking())))
                .isInstanceOf(EOFException.class)
                .hasMessage("the reply ends early")
                .hasRootCauseMessage("the connection was reset");
        assertCutOff();
    }

    @Test
    void theAnswerToADeletionIsBoundedLikeAListing() throws Exception {
        assertThat(replied(SdkHttpMethod.POST, "?delete", text("<a/>"))).isEqualTo("<a/>");
        assertThatThrownBy(() -> replied(SdkHttpMethod.POST, "?delete", endless()))
                .isInstanceOf(UnexpectedReplyException.class);
        assertThat(taken).isEqualTo(8 * MB + 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "HEAD"})
    void ofTheAnswerToAWriteOnlyTheHeadCounts(String method) throws Exception {
        assertThat(replied(SdkHttpMethod.fromValue(method), "", text("no XML"))).isEmpty();
        assertReadToItsEnd();
        closed.set(0);
        taken = 0;
        assertThat(replied(SdkHttpMethod.fromValue(method), "", endless())).isEmpty();
        assertCutOff();
        assertThat(taken).isEqualTo(64 * KB);
    }

    @Test
    void anAnswerToAWriteThatBreaksOffBreaksOff() {
        assertThatThrownBy(() -> replied(SdkHttpMethod.PUT, "", breaking())).isInstanceOf(IOException.class);
        assertCutOff();
    }

    private String error(InputStream in) throws IOException {
        head = SdkHttpResponse.builder().statusCode(403);
        closed.set(0);
        aborted.set(0);
        taken = 0;
        return listed(in);
    }

    private static String code(String code) {
        return "<Error><Code>" + code + "</Code></Error>";
    }

    @Test
    void ofAnErrorItsCodeIsHandedOn() throws Exception {
        String denied = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
        assertThat(error(text(denied))).isEqualTo(code("AccessDenied"));
        assertReadToItsEnd();
        assertThat(replied(SdkHttpMethod.PUT, "", text(denied))).isEqualTo(code("AccessDenied"));
        assertThat(replied(SdkHttpMethod.GET, "", text(denied))).isEqualTo(code("AccessDenied"));
    }

    @Test
    void anErrorHasAtMost64Kilobytes() throws Exception {
        String message = "<b>" + "x".repeat(KB - 7) + "</b>";
        String most = "<Error><Code>A</Code>" + message.repeat(63) + "x".repeat(KB - 29) + "</Error>";
        assertThat(error(text(most))).isEqualTo(code("A"));
        assertThat(taken).isEqualTo(64 * KB);
        assertReadToItsEnd();
        assertThat(error(text(most + " "))).isEqualTo(code("(TOO_LONG)"));
        assertCutOff();
        assertThat(error(endless())).isEqualTo(code("(TOO_LONG)"));
        assertThat(taken).isEqualTo(64 * KB + 1);
        assertCutOff();
    }

    @Test
    void whatIsNoErrorOfAStoreIsNamed() throws Exception {
        assertThat(error(text("<!DOCTYPE html><html/>"))).isEqualTo(code("(PAGE)"));
        assertThat(error(text("Forbidden"))).isEqualTo(code("(NO_XML)"));
        assertThat(error(text("<Error>"))).isEqualTo(code("(NO_WHOLE_XML)"));
        assertThat(error(text(""))).isEqualTo(code("(NO_LENGTH)"));
        head.putHeader("Content-Length", "0");
        assertThat(listed(text(""))).isEmpty();
        head.putHeader("Content-Encoding", "gzip");
        assertThat(listed(text(code("A")))).isEqualTo(code("(COMPRESSED)"));
    }

    @Test
    void anErrorThatBreaksOffIsSaidTo() throws Exception {
        assertThat(error(new SequenceInputStream(text("<Error>"), breaking()))).isEqualTo(code("(CUT_OFF)"));
        assertCutOff();
    }

    @Test
    void aReplyWithoutABodyHasNone() throws Exception {
        Sending sending =
                () -> HttpExecuteResponse.builder().response(head.build()).build();
        assertThat(client(sending)
                        .prepareRequest(request(SdkHttpMethod.GET, LISTING))
                        .call()
                        .responseBody())
                .isEmpty();
    }

    @Test
    void aHeadThatIsTooLargeIsNamed() {
        Sending sending = () -> {
            throw new MessageConstraintException("Maximum header count exceeded");
        };
        assertThatThrownBy(() -> client(sending)
                        .prepareRequest(request(SdkHttpMethod.GET, LISTING))
                        .call())
                .isInstanceOf(UnexpectedReplyException.class)
                .hasMessageContaining("a head of more than a hundred lines");
    }

    @Test
    void aRequestIsStoppedAndAClientClosedThroughIt() {
        AtomicInteger stopped = new AtomicInteger();
        SdkHttpClient client = client(new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() {
                throw new IllegalStateException("not to be sent");
            }

            @Override
            public void abort() {
                stopped.incrementAndGet();
            }
        });
        client.prepareRequest(request(SdkHttpMethod.GET, "")).abort();
        assertThat(stopped).hasValue(1);
        assertThat(client.clientName()).isEqualTo("fake");
        client.close();
        assertThat(clientClosed).hasValue(1);
    }
}
