package dev.littoral.starter.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.littoral.activities.event.SinkSettings;
import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.AllowList;
import dev.littoral.activities.source.AllowList.AllowedProfile;
import dev.littoral.activities.tablecatalog.TableCatalogSettings;
import dev.littoral.workflows.model.FailureType;
import io.temporal.common.WorkerDeploymentVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerConfigTest {
    private static final WorkerConfig.Defaults DEFAULTS = new WorkerConfig.Defaults(null, List.of("s3://"));

    @TempDir
    Path folder;

    private static WorkerConfig config(
            Map<WorkerConfig.Setting, String> typed, Map<String, String> environment, Path file) {
        return WorkerConfig.of(
                new WorkerConfig.SettingSources(typed, environment, Optional.ofNullable(file)), DEFAULTS);
    }

    private static WorkerConfig typed(WorkerConfig.Setting key, String value) {
        return config(Map.of(WorkerConfig.Setting.CATALOG, "s3://lake/catalog", key, value), Map.of(), null);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("worker.properties"), text);
    }

    @Test
    void aWorkerAllowsNoFilesAndOpensNoPortUnlessConfigured() {
        WorkerConfig config = config(Map.of(WorkerConfig.Setting.CATALOG, "s3://lake/catalog"), Map.of(), null);
        assertThat(config.worker().catalog()).isEqualTo("s3://lake/catalog");
        assertThat(config.worker().allowed()).isEqualTo(new AllowList(List.of("s3://"), List.of()));
        assertThat(config.worker().taskQueue()).isEqualTo("littoral");
        assertThat(config.worker().concurrentActivities()).isEqualTo(16);
        assertThat(config.worker().activitiesPerSecond()).isZero();
        assertThat(config.worker().drain()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.metricsPort()).isEmpty();
        assertThat(config.metricsHost()).isEqualTo("127.0.0.1");
        assertThat(config.logFormat()).isEqualTo("text");
        assertThat(config.worker().deployment()).isEmpty();
    }

    @Test
    void aVersionIsFoundWhereTemporalsToolsSayIt() {
        Map<String, String> environment =
                Map.of("TEMPORAL_DEPLOYMENT_NAME", "lake/littoral", "TEMPORAL_WORKER_BUILD_ID", "0.2.0-6f3a");
        assertThat(config(Map.of(WorkerConfig.Setting.CATALOG, "c"), environment, null)
                        .worker()
                        .deployment())
                .contains(new WorkerDeploymentVersion("lake/littoral", "0.2.0-6f3a"));
        assertThat(config(
                                Map.of(WorkerConfig.Setting.CATALOG, "c", WorkerConfig.Setting.BUILD_ID, "v2"),
                                environment,
                                null)
                        .worker()
                        .deployment())
                .contains(new WorkerDeploymentVersion("lake/littoral", "v2"));
    }

    @Test
    void aVersionHasADeploymentAndABuild() {
        assertThatThrownBy(() -> typed(WorkerConfig.Setting.BUILD_ID, "v2"))
                .hasMessageStartingWith("--build-id is set without --deployment-name; expected both, or neither");
        assertThatThrownBy(() -> config(
                        Map.of(WorkerConfig.Setting.CATALOG, "c"), Map.of("TEMPORAL_DEPLOYMENT_NAME", "x"), null))
                .hasMessageStartingWith("TEMPORAL_DEPLOYMENT_NAME is set without --build-id; expected both");
        assertThatThrownBy(() -> config(
                        Map.of(WorkerConfig.Setting.CATALOG, "c", WorkerConfig.Setting.BUILD_ID, "v2"),
                        Map.of("TEMPORAL_DEPLOYMENT_NAME", "a.b"),
                        null))
                .hasMessageStartingWith("TEMPORAL_DEPLOYMENT_NAME is a.b; expected the name of a worker deployment");
    }

    @Test
    void theCommandLineComesBeforeTheEnvironmentAndThatBeforeTheFile() throws Exception {
        Path file = file("""
                # A comment
                catalog = s3://lake/file
                task-queue = file
                concurrency = 3
                metrics-port = 9100
                drain = PT1M
                """);
        Map<String, String> environment =
                Map.of("LITTORAL_TASK_QUEUE", "environment", "LITTORAL_CONCURRENCY", "4", "LITTORAL_DRAIN", "");
        WorkerConfig config = config(Map.of(WorkerConfig.Setting.CONCURRENCY, "5"), environment, file);
        assertThat(config.worker().catalog()).isEqualTo("s3://lake/file");
        assertThat(config.worker().taskQueue()).isEqualTo("environment");
        assertThat(config.worker().concurrentActivities()).isEqualTo(5);
        assertThat(config.metricsPort()).isEqualTo(OptionalInt.of(9100));
        assertThat(config.worker().drain()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void sourcesAreSeparatedByCommasAndAFolderStandsForItsFiles() {
        assertThat(config(
                                Map.of(WorkerConfig.Setting.CATALOG, "catalog"),
                                Map.of("LITTORAL_ALLOW_SOURCE", "s3://lake/a/, file:///b/," + folder),
                                null)
                        .worker()
                        .allowed()
                        .sources())
                .containsExactly("s3://lake/a/", "file:///b/", "file://" + folder + "/");
    }

    @Test
    void aSchemeInCapitalsIsTheSame() {
        assertThat(typed(WorkerConfig.Setting.ALLOW_SOURCE, "S3://lake/A/,File:///B/")
                        .worker()
                        .allowed()
                        .sources())
                .containsExactly("s3://lake/A/", "file:///B/");
    }

    @Test
    void tableCatalogsHaveTheirPropertiesAndAreAllowedWhereNothingElseIsSaid() throws Exception {
        WorkerConfig config = config(
                Map.of(WorkerConfig.Setting.CATALOG, "c"),
                Map.of("LITTORAL_TABLE_CATALOG_PROPERTY", "prod.warehouse=a=b.c, Pg_1.jdbc.user=me"),
                file("table-catalog=prod=https://host/x,Pg_1=jdbc:postgresql://h/db?a=b\n"));
        assertThat(config.worker().tables())
                .containsExactly(
                        new TableCatalogSettings("Pg_1", "jdbc:postgresql://h/db?a=b", Map.of("jdbc.user", "me")),
                        new TableCatalogSettings("prod", "https://host/x", Map.of("warehouse", "a=b.c")));
        assertThat(config.worker().allowed().sources()).containsExactly("s3://", "iceberg:Pg_1/", "iceberg:prod/");
        assertThat(typed(WorkerConfig.Setting.ALLOW_SOURCE, "ICEBERG:prod/sales.,s3://lake/")
                        .worker()
                        .allowed()
                        .sources())
                .containsExactly("iceberg:prod/sales.", "s3://lake/");
        assertThat(config.worker().tables().get(0)).hasToString("TableCatalogSettings[name=Pg_1]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TABLE_CATALOG | hush7f3a | --table-catalog has no catalog's name before an address; expected pairs",
                "TABLE_CATALOG | a.b=hush7f3a | --table-catalog has no catalog's name before an address",
                "TABLE_CATALOG | a=https://x,a=hush7f3a | --table-catalog has catalog a twice; expected each once",
                "TABLE_CATALOG_PROPERTY | a=hush7f3a | --table-catalog-property has what is no property of a catalog",
                "TABLE_CATALOG_PROPERTY | a.token=hush7f3a | --table-catalog-property has a property of a, which is no",
                "ALLOW_SOURCE | iceberg:a/b/c | --allow-source is iceberg:a/b/c; expected prefixes of URIs",
            })
    void aTableCatalogThatIsNotRightIsRefusedWithoutWhatMayBeSecret(
            WorkerConfig.Setting key, String value, String sentence) {
        assertThatThrownBy(() -> typed(key, value))
                .isInstanceOf(LittoralException.class)
                .hasMessageStartingWith(sentence)
                .hasMessageNotContaining("hush7f3a");
    }

    @Test
    void profilesAreAllowedByNameOrForSourcesBelowAPrefix() throws Exception {
        assertThat(typed(WorkerConfig.Setting.ALLOW_PROFILE, "lake, s3://a/day=1/=tenant-a,S3://b=Dev@corp")
                        .worker()
                        .allowed()
                        .profiles())
                .containsExactly(
                        new AllowedProfile("", "lake"),
                        new AllowedProfile("s3://a/day=1/", "tenant-a"),
                        new AllowedProfile("s3://b", "Dev@corp"));
        assertThat(config(Map.of(), Map.of("LITTORAL_ALLOW_PROFILE", "x"), file("catalog=c\nallow-profile=y\n"))
                        .worker()
                        .allowed()
                        .profiles())
                .containsExactly(new AllowedProfile("", "x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CONCURRENCY | 0 | --concurrency is 0; expected a whole number from 1 to 10000",
                "CONCURRENCY | many | --concurrency is many; expected a whole number from 1 to 10000",
                "ACTIVITIES_PER_SECOND | -1 | --activities-per-second is -1; expected a number from 0 to 1000000",
                "ACTIVITIES_PER_SECOND | NaN | --activities-per-second is NaN; expected a number from 0 to 1000000",
                "METRICS_PORT | 65536 | --metrics-port is 65536; expected a whole number from 0 to 65535",
                "DRAIN | 20s | --drain is 20s; expected a duration like PT20S",
                "DRAIN | PT-1S | --drain is PT-1S; expected a duration like PT20S",
                "LOG_FORMAT | xml | --log-format is xml; expected text or json",
                "TASK_QUEUE | '' | --task-queue is empty; expected a name",
                "ALLOW_SOURCE | s3://a/,,s3://b/ | --allow-source is empty; expected prefixes of URIs",
                "ALLOW_SOURCE | gs://lake/ | --allow-source is gs://lake/; expected prefixes of URIs",
                "ALLOW_SOURCE | file://host/a | --allow-source is file://host/a; expected prefixes of URIs",
                "ALLOW_SOURCE | s3:///a | --allow-source is s3:///a; expected prefixes of URIs",
                "ALLOW_PROFILE | '' | --allow-profile is empty; expected names of AWS profiles, or pairs",
                "ALLOW_PROFILE | a,,b | --allow-profile is empty; expected names of AWS profiles, or pairs",
                "ALLOW_PROFILE | a b | --allow-profile is a b; expected names of AWS profiles, or pairs",
                "ALLOW_PROFILE | s3://a/ | --allow-profile is s3://a/; expected names of AWS profiles, or pairs",
                "ALLOW_PROFILE | =a | --allow-profile is =a; expected names of AWS profiles, or pairs",
                "ALLOW_PROFILE | s3://a/= | --allow-profile is s3://a/=; expected names of AWS profiles, or pairs",
                "ALLOW_PROFILE | file:///a/=b | --allow-profile is file:///a/=b; expected names of AWS profiles, or",
            })
    void aSettingThatIsNotRightIsRefusedByItsName(WorkerConfig.Setting key, String value, String sentence) {
        assertThatThrownBy(() -> typed(key, value))
                .isInstanceOfSatisfying(
                        LittoralException.class, e -> assertThat(e.type()).isEqualTo(FailureType.INPUT))
                .hasMessageStartingWith(sentence);
    }

    @Test
    void aRefusalNamesWhereTheSettingWasMade() throws Exception {
        Path file = file("catalog=c\ndrain=soon\n");
        assertThatThrownBy(() -> config(Map.of(), Map.of("LITTORAL_CONCURRENCY", "x"), file))
                .hasMessageStartingWith("LITTORAL_CONCURRENCY is x; expected ");
        assertThatThrownBy(() -> config(Map.of(), Map.of(), file))
                .hasMessageStartingWith("drain in " + file + " is soon; expected ");
        assertThatThrownBy(() -> config(Map.of(), Map.of(), file("catalog=c\nconcurency=3\n")))
                .hasMessageContaining("has the unknown key concurency; expected catalog, allow-source, ");
        assertThatThrownBy(() -> config(Map.of(), Map.of(), folder.resolve("none")))
                .hasMessageStartingWith("Configuration file " + folder + "/none cannot be read (NoSuchFileException)");
        assertThatThrownBy(() -> config(Map.of(), Map.of(), null))
                .hasMessageContainingAll("--catalog", "LITTORAL_CATALOG");
    }

    @Test
    void aSecretInAnAddressIsRefusedAndNotRepeated() {
        for (WorkerConfig.Setting key : List.of(
                WorkerConfig.Setting.CATALOG, WorkerConfig.Setting.ALLOW_SOURCE, WorkerConfig.Setting.ALLOW_PROFILE)) {
            assertThatThrownBy(() -> config(
                            key == WorkerConfig.Setting.CATALOG
                                    ? Map.of(key, "s3://user:hush@lake/")
                                    : Map.of(WorkerConfig.Setting.CATALOG, "c", key, "s3://user:hush@lake/"),
                            Map.of(),
                            null))
                    .hasMessageStartingWith("--" + key.option() + " has a user or a secret in")
                    .hasMessageNotContaining("hush");
        }
    }

    @Test
    void sinksHaveTheirSecretsElsewhere() {
        WorkerConfig config = config(
                Map.of(
                        WorkerConfig.Setting.CATALOG,
                        "c",
                        WorkerConfig.Setting.SINK,
                        "indexer=https://host/hook?key=a=b,alerts=arn:aws:sns:eu-west-1:123456789012:x"),
                Map.of("LITTORAL_SINK_SECRET", "indexer=file:/run/secret"),
                null);
        assertThat(config.worker().sinks())
                .containsExactly(
                        new SinkSettings("alerts", "arn:aws:sns:eu-west-1:123456789012:x", null),
                        new SinkSettings("indexer", "https://host/hook?key=a=b", "file:/run/secret"));
        assertThat(typed(WorkerConfig.Setting.DRAIN, "PT1S").worker().sinks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://host/hidden||--sink has no sink's name before an address",
                "In dexer=hidden||--sink has no sink's name before an address",
                "a=hidden,a=hidden||--sink has sink a twice",
                "a=hidden|b=env:X|--sink-secret has a secret of b, which is no sink; expected --sink b=",
                "a=hidden|hidden|--sink-secret has no sink's name before a place"
            })
    void aSinkThatIsNotRightIsRefusedWithoutItsAddress(String sink, String secret, String sentence) {
        Map<WorkerConfig.Setting, String> typed = new EnumMap<>(WorkerConfig.Setting.class);
        typed.put(WorkerConfig.Setting.CATALOG, "c");
        typed.put(WorkerConfig.Setting.SINK, sink);
        if (secret != null) {
            typed.put(WorkerConfig.Setting.SINK_SECRET, secret);
        }
        assertThatThrownBy(() -> config(typed, Map.of(), null))
                .isInstanceOf(LittoralException.class)
                .hasMessageStartingWith(sentence)
                .hasMessageContaining("; expected")
                .hasMessageNotContaining("hidden");
    }
}
