package dev.littoral.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the worker depends on. */
class PackagesTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.littoral.worker");

    @Test
    void theWorkerDependsOnNoKindOfStoreAndNoFileFormat() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "software.amazon..",
                        "dev.littoral.activities.storage.s3..",
                        "dev.littoral.activities.storage.local..",
                        "dev.littoral.activities.parquet..",
                        "dev.littoral.activities.source.files..")
                .check(MAIN);
    }

    @Test
    void openTelemetryIsLoadedWhereTracesAreOnAlone() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.(OtlpTracing|TraceIds)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..")
                .check(MAIN);
    }

    @Test
    void theWorkerDependsOnNothingInternalToTemporalAndOnNoTestServer() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.temporal.internal..", "io.temporal.testing..", "io.temporal.testserver..")
                .check(MAIN);
    }
}
