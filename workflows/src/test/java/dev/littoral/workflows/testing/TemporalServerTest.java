package dev.littoral.workflows.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TemporalServerTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void itListensOnLoopbackOnly() {
        TemporalServer server = TemporalServer.shared();
        List<Listeners.Listener> listeners = Listeners.of(server.pid());

        assertThat(listeners)
                .extracting(Listeners.Listener::port)
                .contains(server.uiAddress().getPort());
        assertThat(listeners).allMatch(Listeners.Listener::isLoopback);
    }

    @Test
    void whatADurableServerKnowsOutlivesItsProcess() {
        try (TemporalServer server = TemporalServer.startDurable()) {
            start(server, "kept");
            server.kill();
            server.restart();
            assertThat(server.cli("workflow", "describe", "--workflow-id", "kept")
                            .exitCode())
                    .isZero();
            start(server, "kept-too");
            server.stop();
            server.restart();
            assertThat(server.cli("workflow", "describe", "--workflow-id", "kept-too")
                            .exitCode())
                    .isZero();
        }
    }

    private static void start(TemporalServer server, String id) {
        CliResult start =
                server.cli("workflow", "start", "--type", "None", "--task-queue", "nobody", "--workflow-id", id);
        assertThat(start.exitCode()).as("%s", start).isZero();
    }

    @Test
    void namespacesKnowNothingOfEachOther() {
        TemporalServer server = TemporalServer.shared();
        String one = server.newNamespace();
        String other = server.newNamespace();
        CliResult start = server.cliIn(
                one, "workflow", "start", "--type", "None", "--task-queue", "nobody", "--workflow-id", "a");
        assertThat(start.exitCode()).as("%s", start).isZero();

        assertThat(server.cliIn(other, "workflow", "describe", "--workflow-id", "a")
                        .err())
                .contains("workflow not found");
    }
}
