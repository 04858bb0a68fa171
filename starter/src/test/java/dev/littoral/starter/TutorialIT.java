package dev.littoral.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.littoral.workflows.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code docs/tutorial.md}, typed into one shell, print what it says they do. */
@Timeout(600)
class TutorialIT {
    private static final Pattern BLOCK =
            Pattern.compile("^```(sh|text)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final String MARK = "==== ";

    @TempDir
    private Path folder;

    /** A block: commands, or lines that those before it print. */
    private record Block(boolean isTyped, String text) {}

    @Test
    void whatTheTutorialTypesPrintsWhatItSays() throws Exception {
        Path docs = Path.of("../docs").toRealPath();
        Files.createSymbolicLink(folder.resolve("docs"), docs);
        script("bin/python3", List.of(ServerProcess.binary("consumer-python").toString()));
        script("littoral", Cli.command());
        List<Block> blocks = BLOCK.matcher(Files.readString(docs.resolve("tutorial.md")))
                .results()
                .map(found -> new Block(found.group(1).equals("sh"), found.group(2)))
                .toList();
        String[] printed = type(blocks).split(MARK, -1);
        int typed = 0;
        for (Block block : blocks) {
            if (block.isTyped) {
                typed++;
            } else {
                assertThat(printed[typed]).contains(block.text.lines().toArray(String[]::new));
            }
        }
        assertThat(typed).isEqualTo(printed.length - 1).isPositive();
    }

    private void script(String name, List<String> command) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\nexec " + String.join(" ", command) + " \"$@\"\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Types all commands, with a mark before each block. */
    private String type(List<Block> blocks) throws IOException, InterruptedException {
        StringBuilder typed = new StringBuilder("set -euo pipefail -m\ntrap 'kill %1 2>/dev/null || true' EXIT\n");
        blocks.stream()
                .filter(Block::isTyped)
                .forEach(block -> typed.append("echo '" + MARK + "'\n").append(block.text));
        // The port of the text may be taken.
        String commands = typed.toString().replace("8080", Integer.toString(ServerProcess.freePort()));
        Path log = folder.resolve("log");
        ProcessBuilder shell = new ProcessBuilder("bash", "-c", commands)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        shell.environment()
                .keySet()
                .removeIf(name ->
                        name.startsWith("AWS_") || name.startsWith("LITTORAL_") || name.startsWith("TEMPORAL_"));
        shell.environment().merge("PATH", folder.resolve("bin") + ":", (path, bin) -> bin + path);
        int exit = shell.start().waitFor();
        assertThat(exit).as(Files.readString(log)).isZero();
        return Files.readString(log);
    }
}
