package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.starter.Cli.Run;
import dev.littoral.starter.cli.ExitCode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Refusals of invalid command lines, and the help. */
class UsageIT {
    @TempDir
    Path folder;

    @Test
    void aCommandLineThatIsNotRightIsAUsageError() throws Exception {
        Cli cli = new Cli(folder);
        List<List<String>> wrong = List.of(
                List.of(),
                List.of("snyc"),
                List.of("sync"),
                List.of("sync", "c", "--sorce", "x"),
                List.of("sync", "c", "--source", ""),
                List.of("sync", "c", "--source", "x", "--spec", "{nonsense"),
                List.of("sync", "c", "--source", "x", "--spec", "{\"format\":\"parquet\"} {\"more\":1}"),
                List.of("sync", "c", "--source", "x", "--spec", ""),
                List.of("sync", "c", "--spec", "{}"),
                List.of("sync", "c", "--source", "x", "--target-rows", "many"),
                List.of("locate", "c", "1", "x"),
                List.of("files", "c", "--at", "newest"),
                List.of("files", "c", "--dead", "--skipped"),
                List.of("diff", "c", "1"),
                List.of("changes", "c"));
        for (List<String> words : wrong) {
            Run run = cli.run(words.toArray(String[]::new)).endsWith(ExitCode.USAGE);
            assertThat(run.out()).as("%s", run).isEmpty();
            assertThat(run.err()).as("%s", run).isNotBlank();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aRequestThatIsNotRightIsAnInputErrorAndNoSecretIsRepeated() throws Exception {
        Cli cli = new Cli(folder);
        String secret = "AKIAIOSFODNN7EXAMPLE";
        List<List<String>> wrong = List.of(
                List.of("sync", "../c", "--source", "x"),
                List.of("sync", "c", "--source", "x", "--spec", "{\"fromat\":\"parquet\"}"),
                List.of("sync", "c", "--source", "x", "--spec", "{\"format\":\"orc\"}"),
                List.of("sync", "c", "--source", "x", "--spec", "{\"secretKey\":\"" + secret + "\"}"),
                List.of("sync", "c", "--source", "x", "--spec", "{\"profile\":\"" + secret + "\"}"),
                List.of("sync", "c", "--source", "s3://" + secret + ":hunter2@bucket/prefix/"),
                List.of("sync", "c", "--source", "arn:aws:s3:us-east-1:123456789012:accesspoint/lake"),
                List.of("sync", "c", "--source", "https://user:hunter2@host/x?X-Amz-Signature=" + secret),
                List.of("sync", "c", "--source", "x", "--target-rows", "0"),
                List.of("sync", "c", "--source", "x", "--max-drop-share", "1.5"),
                List.of("sync", "c", "--source", "x", "--catalog", "gs://bucket/x"),
                List.of("sync", "c"));
        for (List<String> words : wrong) {
            Run run = cli.run(words.toArray(String[]::new)).endsWith(ExitCode.INPUT);
            assertThat(run.out()).as("%s", run).isEmpty();
            assertThat(run.sentence()).as("%s", run).hasSizeLessThan(400);
            assertThat(run.err()).doesNotContain(secret, "hunter2");
            assertThat(run.err().lines()).as("%s", run).hasSize(1);
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void helpIsOnStandardOutputAndListsExitCodes() throws Exception {
        Cli cli = new Cli(folder);
        String help = cli.ok("--help").out();
        assertThat(help)
                .contains(
                        "sync",
                        "start",
                        "change-source",
                        "list",
                        "jobs",
                        "status",
                        "why",
                        "versions",
                        "files",
                        "segments",
                        "locate",
                        "diff",
                        "changes",
                        "Exit codes:");
        assertThat(cli.ok("help", "sync").out())
                .isEqualTo(cli.ok("sync", "--help").out())
                .contains("--source", "--spec", "--catalog", "--json", "Exit codes:");
        assertThat(cli.ok("--version").out()).matches("littoral \\d.*\\R");
    }
}
