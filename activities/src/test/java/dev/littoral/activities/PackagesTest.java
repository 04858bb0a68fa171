package dev.littoral.activities;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The dependencies between packages. */
class PackagesTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.littoral.activities");

    @Test
    void packagesDependOnEachOtherInOneDirection() {
        slices().matching("dev.littoral.activities.(*)..")
                .should()
                .beFreeOfCycles()
                .check(MAIN);
    }

    @Test
    void whatDecidesAndWhatVerifiesSeesNoStoresOwnLibrary() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.littoral.activities.storage.s3..", "dev.littoral.activities.source..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon..")
                .check(MAIN);
    }
}
