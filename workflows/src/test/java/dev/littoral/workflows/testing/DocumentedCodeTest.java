package dev.littoral.workflows.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentedCodeTest {
    @TempDir
    Path folder;

    @Test
    void eachRunReturnsWhatItPrintedItself() throws Exception {
        Path document = Files.writeString(folder.resolve("document.md"), """
                ```java
                public class Echo {
                    public static void main(String[] args) {
                        System.out.println(args[0]);
                    }
                }
                ```
                """);
        DocumentedCode code = DocumentedCode.compile(document, folder);
        assertThat(code.run(Map.of(), "first")).isEqualTo("first\n");
        assertThat(code.run(Map.of(), "second")).isEqualTo("second\n");
    }
}
