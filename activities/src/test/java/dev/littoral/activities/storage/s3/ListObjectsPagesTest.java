package dev.littoral.activities.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.storage.StoreObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** When a listing's pages come to an end. */
class ListObjectsPagesTest {
    private final List<String> tokens = new ArrayList<>();

    /** The pages of a store that gives the n-th one as it likes. */
    private ListObjectsPages pages(IntFunction<ListObjectsV2Response.Builder> store) {
        S3Client client = new S3Client() {
            @Override
            public ListObjectsV2Response listObjectsV2(ListObjectsV2Request request) {
                tokens.add(request.continuationToken());
                return store.apply(tokens.size() - 1).name("lake").build();
            }

            @Override
            public String serviceName() {
                return "s3";
            }

            @Override
            public void close() {}
        };
        S3Bucket bucket = new S3Bucket(
                client,
                S3Uri.parse("s3://lake/in/"),
                new S3RequestObserver(StoreObserver.NONE, StoreObserver.Role.SOURCE));
        return new ListObjectsPages(bucket, r -> r.prefix("in/").delimiter("/"));
    }

    private static ListObjectsV2Response.Builder page(String next, String... keys) {
        List<S3Object> objects = new ArrayList<>();
        for (String key : keys) {
            objects.add(S3Object.builder().key(key).eTag("\"e\"").size(1L).build());
        }
        return ListObjectsV2Response.builder()
                .contents(objects)
                .isTruncated(next != null)
                .nextContinuationToken(next);
    }

    private static int read(ListObjectsPages pages) throws InterruptedException {
        int read = 0;
        while (pages.hasNext()) {
            pages.next();
            read++;
        }
        return read;
    }

    private void foundOut(ListObjectsPages pages, int requests, String said) {
        assertThatThrownBy(() -> read(pages))
                .isInstanceOf(LittoralException.class)
                .hasMessageStartingWith("Cannot list s3://lake/in/: the store ")
                .hasMessageContaining(said);
        assertThat(tokens).hasSize(requests);
    }

    @Test
    void eachPageIsAskedForWithTheTokenOfTheOneBefore() throws Exception {
        ListObjectsPages pages = pages(n -> n < 2 ? page("t" + n, "in/" + n) : page(null, "in/" + n));
        assertThat(pages.hasNext()).isTrue();
        assertThat(pages.next().objects()).extracting(ListPage.Listed::key).containsExactly("in/0");
        assertThat(read(pages)).isEqualTo(2);
        assertThat(tokens).containsExactly(null, "t0", "t1");
    }

    @Test
    void anEmptyListingHasOnePage() throws Exception {
        assertThat(read(pages(n -> page(null)))).isOne();
    }

    @Test
    void aTokenThatComesAgainIsFoundOutAtOnce() {
        foundOut(pages(n -> page("t", "in/" + n)), 2, "gives a continuation token again");
    }

    @Test
    void aRingOfTokensIsFoundOut() {
        foundOut(pages(n -> page("t" + n % 3, "in/" + n)), 4, "gives a continuation token again");
    }

    @Test
    void pagesThatComeAgainWithOtherTokensAreFoundOut() {
        foundOut(pages(n -> page("t" + n, "in/" + n % 3)), 4, "sends a page again");
        tokens.clear();
        foundOut(pages(n -> n == 0 ? page("t", "in/a") : page(null, "in/a")), 2, "sends a page again");
    }

    @Test
    void aHundredPagesWithNothingOnThemAreTooMany() {
        foundOut(pages(n -> page("t" + n)), 100, "sends 100 pages in a row with nothing on them");
    }

    @Test
    void emptyPagesCountOnlyInARow() throws Exception {
        assertThat(read(pages(n -> n == 300 ? page(null) : n % 100 == 99 ? page("t" + n, "in/" + n) : page("t" + n))))
                .isEqualTo(301);
    }

    @Test
    void theLastPageMayBeTheHundredthEmptyOne() throws Exception {
        assertThat(read(pages(n -> n == 99 ? page(null) : page("t" + n)))).isEqualTo(100);
    }

    @Test
    void aPageOfFoldersIsNotEmpty() throws Exception {
        assertThat(read(pages(n -> page(n == 200 ? null : "t" + n)
                        .commonPrefixes(
                                CommonPrefix.builder().prefix("in/" + n + "/").build()))))
                .isEqualTo(201);
    }
}
