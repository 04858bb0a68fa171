package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.starter.cli.ExitCode;
import dev.littoral.workflows.testing.TemporalServer;
import io.temporal.api.common.v1.WorkflowExecution;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** What a person reads in Temporal's web UI without decoding any JSON. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class WebUiIT {
    private static final int FILES = 600;

    @TempDir
    Path folder;

    private WorkerFixture fixture;

    private URI page(String workflowId, String tab) {
        WorkflowExecution run =
                fixture.client().newUntypedWorkflowStub(workflowId).describe().getExecution();
        return URI.create(TemporalServer.shared().uiAddress() + "/namespaces/" + fixture.namespace() + "/workflows/"
                + URLEncoder.encode(workflowId, StandardCharsets.UTF_8) + "/" + run.getRunId() + "/" + tab);
    }

    private URI list() {
        return URI.create(TemporalServer.shared().uiAddress() + "/namespaces/" + fixture.namespace() + "/workflows");
    }

    @Test
    void theWebUiShowsACollectionAndItsUpdates() throws Exception {
        Lake.write(folder.resolve("lake/day=1/a.parquet"), 100, 0);
        Lake.write(folder.resolve("lake/day=2/a.parquet"), 50, 1_000);
        try (SlowBucket bucket = new SlowBucket(folder, folder.resolve("lake/day=1/a.parquet"), FILES, 200);
                WorkerFixture started = WorkerFixture.start(folder, bucket.config());
                Browser browser = new Browser()) {
            fixture = started;
            Cli cli = fixture.cli();
            cli.ok("start", "products", "--source", "lake", "--wait");
            Files.writeString(folder.resolve("lake/day=2/broken.parquet"), "PAR1 no footer PAR1");
            cli.run("refresh", "products", "--wait").endsWith(ExitCode.INPUT);
            cli.ok("change-source", "products", "--source", SlowBucket.SOURCE, "--spec", SlowBucket.SPEC);

            browser.open(list());
            browser.awaitText("products", "products/update-3", "ExternalCollection", "Running");
            browser.screenshot("workflows");
            updateRuns(browser);
            collectionUpdates(browser);
            bucket.release();
            collectionIsIdle(browser);
            updateIsDone(browser);
            bucket.busy(true);
            cli.ok("refresh", "products");
            storeIsAway(browser);
            bucket.busy(false);
        }
    }

    private void collectionUpdates(Browser browser) throws InterruptedException {
        browser.open(page("products", "user-metadata"));
        String text = browser.awaitText(
                "State: updating",
                "Follows: s3://lake/, parquet, generation 2",
                "Serves: 150 rows in 1 segment",
                "Running: update 3 reads footers, ",
                "update 2 FAILED at ",
                "broken.parquet",
                "Update 1, asked for by start",
                "Update 2, asked for by refresh",
                "declare the source");
        browser.screenshot("collection-updating");
        assertThat(text)
                .contains("Follows file://" + folder + "/lake/")
                .containsPattern("reads footers, [1-5]\\d\\d of 600 files");
    }

    private void updateRuns(Browser browser) throws InterruptedException {
        browser.open(page("products/update-3", "pending-activities"));
        browser.awaitText("ReadFragments", "Heartbeat");
        browser.screenshot("update-pending");
        browser.open(page("products/update-3", "user-metadata"));
        browser.awaitText("list s3://lake/", "read 600 files");
        browser.screenshot("update-running");
    }

    private void collectionIsIdle(Browser browser) throws InterruptedException {
        // A page shows what was so when it was opened.
        fixture.awaitIdle("products");
        browser.open(page("products", "user-metadata"));
        browser.awaitText(
                "State: idle",
                "Serves: 60,000 rows in 1 segment",
                "Last: update 3 COMMITTED at ",
                "Last failure: update 2 FAILED at ",
                "broken.parquet");
        browser.screenshot("collection-idle");
    }

    private void updateIsDone(Browser browser) throws InterruptedException {
        browser.open(page("products/update-3", "history"));
        browser.awaitText(
                "Completed",
                "list s3://lake/",
                "read 600 files",
                "balance 600 files",
                "commit 60,000 rows in 1 segment",
                "remove staging");
        browser.screenshot("update-done");
    }

    private void storeIsAway(Browser browser) throws InterruptedException {
        browser.open(page("products", "user-metadata"));
        for (int i = 0; i < 180 && !browser.text().contains("Trying again:"); i++) {
            Thread.sleep(1_000);
            browser.open(page("products", "user-metadata"));
            browser.awaitText("Follows: s3://lake/");
        }
        String text = browser.awaitText("Trying again:", "next try at");
        browser.screenshot("collection-trouble");
        assertThat(text).containsPattern("attempt \\d+ failed at");
    }
}
