package dev.littoral.starter;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The dependencies between the packages of the command line. */
class PackagesTest {
    private static final String TOP = "dev.littoral.starter";

    /** Each depends only on packages before it. */
    private static final List<String> ORDER = List.of(
            TOP + ".cli",
            TOP + ".embedded",
            TOP + ".logging",
            TOP + ".catalog",
            TOP + ".server",
            TOP + ".consumer",
            TOP + ".worker",
            TOP + ".sync",
            TOP);

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(TOP);

    @Test
    void packagesDependOnEachOtherInOneDirection() {
        slices().matching(TOP + ".(**)").should().beFreeOfCycles().check(MAIN);
        classes().should().resideInAnyPackage(ORDER.toArray(String[]::new)).check(MAIN);
        for (int i = 1; i < ORDER.size(); i++) {
            noClasses()
                    .that()
                    .resideInAPackage(ORDER.get(i - 1))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(ORDER.subList(i, ORDER.size()).toArray(String[]::new))
                    .check(MAIN);
        }
    }

    @Test
    void onlyTheEmbeddedServiceDependsOnTemporalsInternals() {
        noClasses()
                .that()
                .resideOutsideOfPackage(TOP + ".embedded")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.temporal.internal..", "io.temporal.testing..", "io.temporal.testserver..")
                .check(MAIN);
    }

    @Test
    void theCommandLineDependsOnNoStoresLibrary() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("software.amazon..", "dev.littoral.activities.storage.s3..")
                .check(MAIN);
    }
}
