package dev.littoral.starter;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.starter.catalog.ChangesCommand;
import dev.littoral.starter.catalog.DiffCommand;
import dev.littoral.starter.catalog.FilesCommand;
import dev.littoral.starter.catalog.LocateCommand;
import dev.littoral.starter.catalog.SegmentsCommand;
import dev.littoral.starter.catalog.VerifyCommand;
import dev.littoral.starter.catalog.VersionsCommand;
import dev.littoral.starter.cli.ExitCode;
import dev.littoral.starter.cli.ShutdownSignal;
import dev.littoral.starter.consumer.AcknowledgeCommand;
import dev.littoral.starter.consumer.ConsumersCommand;
import dev.littoral.starter.consumer.LeaseCommand;
import dev.littoral.starter.server.ChangeSourceCommand;
import dev.littoral.starter.server.CostCommand;
import dev.littoral.starter.server.JobsCommand;
import dev.littoral.starter.server.ListCommand;
import dev.littoral.starter.server.RefreshCommand;
import dev.littoral.starter.server.RollbackCommand;
import dev.littoral.starter.server.SetupCommand;
import dev.littoral.starter.server.SignalCommand;
import dev.littoral.starter.server.StartCommand;
import dev.littoral.starter.server.StatusCommand;
import dev.littoral.starter.server.WhyCommand;
import dev.littoral.starter.sync.SyncCommand;
import dev.littoral.starter.worker.DevCommand;
import dev.littoral.starter.worker.WorkerCommand;
import dev.littoral.workflows.model.InvalidRequestException;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.logging.LogManager;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** The {@code littoral} command line. */
@Command(
        name = "littoral",
        description = "Keeps external collections in step with their source.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; a sync committed, or nothing had changed",
            "1:a bug in Littoral, or it ran out of memory",
            "2:the command line is not right",
            "3:the source, its spec, a file, the catalog or what was asked for is not right; or a located row"
                    + " is deleted",
            "4:credentials or permissions are missing",
            "5:the update was superseded or cancelled, or the command was interrupted",
            "6:a store, Temporal or a worker did not answer, and tries are used up",
            "7:what was verified is right, but something is left over",
            "8:what was verified is damaged",
            "9:a lease was refused, or a consumer does not serve what it should"
        })
public final class Littoral implements Runnable {
    private static final List<Class<?>> COMMANDS = List.of(
            SyncCommand.class,
            DevCommand.class,
            WorkerCommand.class,
            SetupCommand.class,
            StartCommand.class,
            ChangeSourceCommand.class,
            RefreshCommand.class,
            SignalCommand.Cancel.class,
            SignalCommand.Pause.class,
            SignalCommand.Resume.class,
            RollbackCommand.class,
            SignalCommand.Retire.class,
            ListCommand.class,
            JobsCommand.class,
            StatusCommand.class,
            WhyCommand.class,
            CostCommand.class,
            ConsumersCommand.class,
            LeaseCommand.class,
            AcknowledgeCommand.class,
            VersionsCommand.class,
            FilesCommand.class,
            SegmentsCommand.class,
            LocateCommand.class,
            DiffCommand.class,
            ChangesCommand.class,
            VerifyCommand.class,
            CommandLine.HelpCommand.class);

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Littoral() {}

    public static void main(String[] args) {
        // Nothing but sentences for people goes to the terminal; the log has what failed elsewhere.
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, e) -> LoggerFactory.getLogger(Littoral.class).error("Thread {} failed", thread.getName(), e));
        // What gRPC logs through the JDK is reported in a sentence.
        LogManager.getLogManager().reset();
        // Paths have letters of every script, whatever the locale; and a listing can be long, so it is buffered.
        StandardOutput stdout = new StandardOutput();
        PrintWriter out = new PrintWriter(new BufferedWriter(new OutputStreamWriter(stdout, UTF_8)));
        PrintWriter err = new PrintWriter(
                new BufferedWriter(new OutputStreamWriter(new FileOutputStream(FileDescriptor.err), UTF_8)), true);
        ShutdownSignal shutdown = new ShutdownSignal();
        int code = commandLine(shutdown, Set.copyOf(Arrays.asList(args)))
                .setOut(out)
                .setErr(err)
                .execute(args);
        out.flush();
        if (stdout.failure() != null) {
            err.println("littoral: cannot write to standard output: " + stdout.failure());
            code = code == 0 ? ExitCode.UNAVAILABLE.code() : code;
        }
        shutdown.exit(code);
    }

    /**
     * The command line.
     *
     * @param arguments what is on it
     */
    private static CommandLine commandLine(ShutdownSignal shutdown, Set<String> arguments) {
        CommandLine.IFactory factory = new CommandLine.IFactory() {
            @Override
            public <K> K create(Class<K> type) throws Exception {
                try {
                    // Commands that end something at a signal.
                    return type.getDeclaredConstructor(ShutdownSignal.class).newInstance(shutdown);
                } catch (NoSuchMethodException e) {
                    return CommandLine.defaultFactory().create(type);
                }
            }
        };
        CommandLine commands = new CommandLine(new Littoral(), factory);
        for (Class<?> type : COMMANDS) {
            Command command = type.getAnnotation(Command.class);
            // Help may be for any.
            commands.addSubcommand(
                    command.name(),
                    arguments.contains(command.name()) || arguments.contains("help")
                            ? new CommandLine(type, factory)
                            : described(command));
        }
        return commands.setExecutionExceptionHandler(Littoral::explain)
                // A word that starts with @ is itself, not a file of further arguments.
                .setExpandAtFiles(false)
                .setUsageHelpAutoWidth(true);
    }

    /** A command that is only listed: building all of it takes time, and is only needed when it is named. */
    private static CommandLine.Model.CommandSpec described(Command command) {
        CommandLine.Model.CommandSpec listed = CommandLine.Model.CommandSpec.create();
        listed.usageMessage().header(command.header()).description(command.description());
        return listed;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing command");
    }

    private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult result) {
        PrintWriter err = command.getErr();
        if (failure instanceof LittoralException known) {
            err.println("littoral: " + known.getMessage());
            return ExitCode.of(known.type()).code();
        }
        if (failure instanceof InvalidRequestException invalid) {
            err.println("littoral: " + invalid.getMessage());
            return ExitCode.INPUT.code();
        }
        if (failure instanceof UncheckedIOException || failure instanceof IOException) {
            err.println("littoral: " + failure.getMessage());
            return ExitCode.UNAVAILABLE.code();
        }
        err.println("littoral: a bug: " + failure + "; with LITTORAL_LOG=DEBUG the log says more");
        if (System.getenv("LITTORAL_LOG") != null) {
            failure.printStackTrace(err);
        }
        return ExitCode.INTERNAL.code();
    }
}
