package dev.littoral.workflows;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Workflow code is replayed: it sees no files, no network, no clock, no chance and no other thread. */
class DeterminismTest {
    private static final Set<String> CLOCKS_AND_CHANCE = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.System.getenv",
            "java.lang.System.getProperty",
            "java.lang.Math.random",
            "java.lang.Thread.sleep",
            "java.util.UUID.randomUUID",
            "java.time.Instant.now",
            "java.time.LocalDate.now",
            "java.time.LocalDateTime.now",
            "java.time.ZonedDateTime.now");

    private static final String SERVICE = "dev.littoral.workflows.embedded";

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.littoral.workflows");

    /** All but what stands before a service: no workflow sees that. */
    private static final JavaClasses MAIN =
            ALL.that(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage(SERVICE)));

    private static final ArchRule NO_SERVICE = noClasses()
            .that()
            .resideOutsideOfPackage(SERVICE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(SERVICE);

    private static final ArchRule NO_OUTSIDE = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.nio\\.(file|channels)\\..*|java\\.net\\..*|java\\.sql\\..*|software\\.amazon\\..*"
                    + "|java\\.io\\.(File|RandomAccess|Buffered|Print|.*Stream|.*Reader|.*Writer).*");

    private static final ArchRule NO_CLOCK_OR_CHANCE = noClasses()
            .should()
            .callMethodWhere(new DescribedPredicate<>("a clock, chance or the environment") {
                @Override
                public boolean test(JavaMethodCall call) {
                    return CLOCKS_AND_CHANCE.contains(call.getTargetOwner().getName() + "."
                            + call.getTarget().getName());
                }
            })
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.(concurrent\\..*|Random|Timer)|java\\.lang\\.Thread");

    /** Their order differs between JVMs. */
    private static final ArchRule NO_HASH_ORDER =
            noClasses().should().dependOnClassesThat().haveNameMatching("java\\.util\\.(HashMap|HashSet|Hashtable)");

    /** What a logger of one's own says is said again in every replay. */
    private static final ArchRule NO_LOGGER_OF_ITS_OWN =
            noClasses().should().dependOnClassesThat().areAssignableTo(LoggerFactory.class);

    @Test
    void workflowsSeeNothingOutsideTheHistory() {
        NO_OUTSIDE.check(MAIN);
        NO_CLOCK_OR_CHANCE.check(MAIN);
        NO_HASH_ORDER.check(MAIN);
        NO_LOGGER_OF_ITS_OWN.check(MAIN);
        NO_SERVICE.check(ALL);
    }

    @Test
    void eachRuleNoticesWhoBreaksIt() {
        assertThat(broken(NO_OUTSIDE, ReadsFiles.class)).isTrue();
        assertThat(broken(NO_CLOCK_OR_CHANCE, ReadsTheClock.class)).isTrue();
        assertThat(broken(NO_HASH_ORDER, IteratesHashes.class)).isTrue();
        assertThat(broken(NO_LOGGER_OF_ITS_OWN, Logs.class)).isTrue();
    }

    private static boolean broken(ArchRule rule, Class<?> by) {
        return rule.evaluate(new ClassFileImporter().importClasses(by)).hasViolation();
    }

    static final class ReadsFiles {
        boolean thereIs(String name) {
            return Files.exists(Path.of(name));
        }
    }

    static final class ReadsTheClock {
        String now() {
            return Instant.now() + " " + UUID.randomUUID();
        }
    }

    static final class IteratesHashes {
        Map<String, String> map() {
            return new HashMap<>();
        }
    }

    static final class Logs {
        void log() {
            LoggerFactory.getLogger(Logs.class).info("x");
        }
    }
}
