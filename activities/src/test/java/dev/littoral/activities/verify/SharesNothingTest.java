package dev.littoral.activities.verify;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.littoral.activities.catalog.ListingDigest;
import org.junit.jupiter.api.Test;

/** What verifies a catalog shares nothing with what writes and reads it but the way to the bytes. */
class SharesNothingTest {
    private static final ArchRule SHARES_NOTHING = classes()
            .should()
            .onlyDependOnClassesThat()
            .haveNameMatching("java\\..*|com\\.fasterxml\\.jackson\\..*|com\\.github\\.luben\\.zstd\\..*"
                    + "|org\\.roaringbitmap\\..*"
                    + "|dev\\.littoral\\.activities\\.verify\\..*"
                    + "|dev\\.littoral\\.activities\\.storage\\.CatalogStore"
                    + "|dev\\.littoral\\.activities\\.source\\.(FileSource|SourceReader)(\\$.*)?"
                    + "|dev\\.littoral\\.activities\\.source\\.SkipReason"
                    + "|dev\\.littoral\\.activities\\.path\\.SourceFile"
                    + "|dev\\.littoral\\.activities\\.failure\\.(LittoralException|FileChangedException)"
                    + "|dev\\.littoral\\.workflows\\.model\\.(FailureType|TableVersion)"
                    // Arrays of the above.
                    + "|\\[.*");

    @Test
    void verifyingSharesOnlyTheWayToTheBytes() {
        SHARES_NOTHING.check(new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.littoral.activities.verify"));
    }

    @Test
    void theRuleNoticesWhoBreaksIt() {
        assertThat(SHARES_NOTHING
                        .evaluate(new ClassFileImporter().importClasses(Borrows.class))
                        .hasViolation())
                .isTrue();
    }

    static final class Borrows {
        String digest() {
            return new ListingDigest().hex();
        }
    }
}
