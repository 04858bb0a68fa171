package dev.littoral.activities;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The dependencies between packages, and the page that says where an extension goes. */
class PackagesTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.littoral.activities");

    @Test
    void noPackagesSeeEachOtherInACircle() {
        slices().matching("dev.littoral.activities.(**)")
                .should()
                .beFreeOfCycles()
                .check(MAIN);
    }

    @Test
    void onlyTheKindsOfStoreSinkAndTableCatalogAtAwsSeeTheAwsSdk() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.littoral.activities.storage.s3..",
                        "dev.littoral.activities.event.aws..",
                        "dev.littoral.activities.tablecatalog.aws..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon..")
                .check(MAIN);
    }

    @Test
    void onlyTheReaderOfItsTablesSeesIceberg() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.littoral.activities.source.iceberg..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.iceberg..", "org.apache.avro..")
                .check(MAIN);
    }

    @Test
    void storesAndTheCatalogSeeNoFormatOfSources() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.littoral.activities.storage..", "dev.littoral.activities.catalog..")
                .should()
                .transitivelyDependOnClassesThat()
                .resideInAnyPackage("dev.littoral.activities.source..", "dev.littoral.activities.parquet..")
                .check(MAIN);
    }

    @Test
    void eachPackageHasARowInTheArchitecture() throws Exception {
        Path main = Path.of("src/main/java/dev/littoral/activities");
        String rows = Files.readAllLines(Path.of("../docs/architecture.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(0, line.indexOf('|', 1)))
                .collect(Collectors.joining());
        try (Stream<Path> files = Files.walk(main)) {
            assertThat(files.filter(file -> file.endsWith("package-info.java"))
                            .map(file ->
                                    main.relativize(file.getParent()).toString().replace('/', '.')))
                    .hasSizeGreaterThan(30)
                    .allSatisfy(name -> assertThat(rows).contains("`" + name + "`"));
        }
    }

    @Test
    void filesNamedForWhoExtendsItExist() throws Exception {
        Path top = Path.of("..").toRealPath();
        Matcher file =
                Pattern.compile("`(\\w+/src/[^`]+)`").matcher(Files.readString(top.resolve("docs/extending.md")));
        int found = 0;
        while (file.find()) {
            assertThat(top.resolve(file.group(1))).exists();
            found++;
        }
        assertThat(found).isGreaterThan(5);
    }
}
