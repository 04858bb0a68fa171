package dev.littoral.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.source.delta.DeltaCheckpoints;
import dev.littoral.activities.source.delta.DeltaFolder;
import dev.littoral.activities.source.delta.TrackedTable;
import dev.littoral.activities.source.delta.Vectors;
import dev.littoral.workflows.model.ExternalSource;
import dev.littoral.workflows.model.TableSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A Delta table whose commits are written by hand, and its checkpoints by DuckDB. */
final class SeededDeltaTable extends SeededTable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path scratch;
    private final List<String> header;
    private final Map<String, Added> adds = new TreeMap<>();
    private long version = -1;
    private long nextId;

    SeededDeltaTable(LakeObjects objects, String uri, Path scratch, boolean keepsIds) {
        super(objects, uri, keepsIds);
        this.scratch = scratch;
        header = keepsIds
                ? List.of(TrackedTable.PROTOCOL, TrackedTable.METADATA)
                : List.of(DeltaFolder.features("deletionVectors"), DeltaFolder.METADATA);
        commit(header);
    }

    /** An add action without a deletion vector, and the field of that. */
    private record Added(String plain, String vector) {
        String action() {
            return plain.substring(0, plain.length() - 2) + vector + "}}";
        }
    }

    @Override
    public ExternalSource source() {
        return new ExternalSource(uri, TableSpec.newest(TableSpec.DELTA));
    }

    private String log(long number, String kind) {
        return uri + "_delta_log/" + "%020d".formatted(number) + kind;
    }

    private void commit(List<String> actions) {
        version++;
        objects.put(log(version, ".json"), (String.join("\n", actions) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private String name(String file) {
        return file.substring(uri.length());
    }

    @Override
    byte[] fileWithIds(List<Row> rows) throws Exception {
        return Parquet.ofRows(rows, TrackedTable.IDS, TrackedTable.VERSIONS);
    }

    @Override
    Numbered replace(List<String> removed, String added, int rows, int bytes, boolean moves) {
        Numbered numbered = new Numbered(nextId, version + 1);
        List<String> actions = new ArrayList<>();
        for (String file : removed) {
            actions.add(DeltaFolder.remove(name(file)));
            adds.remove(file);
        }
        if (added != null) {
            String ids = ",\"baseRowId\":" + nextId + ",\"defaultRowCommitVersion\":" + numbered.commit();
            String add = DeltaFolder.add(name(added), rows, keepsIds ? ids : "")
                    .replace("\"size\":100,", "\"size\":" + bytes + ",");
            nextId += rows;
            adds.put(added, new Added(add, ""));
            actions.add(add);
        }
        actions.replaceAll(action -> moves ? action.replace("\"dataChange\":true", "\"dataChange\":false") : action);
        commit(actions);
        return numbered;
    }

    @Override
    void delete(String file, long[] deleted) {
        adds.put(file, new Added(adds.get(file).plain(), Vectors.inline(deleted)));
        commit(List.of(DeltaFolder.remove(name(file)), adds.get(file).action()));
    }

    /** Writes a checkpoint, and removes the commits before it and all data files that the newest version has not. */
    @Override
    void expire() throws Exception {
        List<String> actions = new ArrayList<>(header);
        adds.values().forEach(added -> actions.add(added.action()));
        DeltaFolder local = new DeltaFolder(Files.createTempDirectory(scratch, "delta-"));
        DeltaCheckpoints.write(local, "checkpoint.parquet", "", actions.toArray(String[]::new));
        objects.put(
                log(version, ".checkpoint.parquet"),
                Files.readAllBytes(local.folder().resolve("_delta_log/checkpoint.parquet")));
        for (String address : objects.list(uri + "_delta_log/")) {
            if (address.compareTo(log(version, "")) < 0) {
                objects.delete(address);
            }
        }
        for (String address : objects.list(uri + "data/")) {
            if (!adds.containsKey(address)) {
                objects.delete(address);
            }
        }
    }

    /** By a replay of the newest checkpoint and the commits after it, action by action. */
    @Override
    public Map<String, Long> fresh(Path copies) throws Exception {
        Map<String, Long> deleted = new TreeMap<>();
        for (String address : objects.list(uri + "_delta_log/")) {
            if (address.endsWith(".checkpoint.parquet")) {
                deleted.clear();
            }
            for (JsonNode action : actions(address, copies)) {
                if (action.hasNonNull("add")) {
                    JsonNode add = action.get("add");
                    deleted.put(
                            uri + add.get("path").asText(),
                            add.path("deletionVector").path("cardinality").asLong());
                } else if (action.hasNonNull("remove")) {
                    deleted.remove(uri + action.get("remove").get("path").asText());
                }
            }
        }
        Map<String, Long> rows = objects.countRows(List.copyOf(deleted.keySet()), copies);
        rows.replaceAll((path, count) -> count - deleted.get(path));
        rows.values().removeIf(living -> living == 0);
        return rows;
    }

    private List<JsonNode> actions(String address, Path copies) throws Exception {
        byte[] body = objects.get(address);
        List<JsonNode> actions = new ArrayList<>();
        if (address.endsWith(".json")) {
            for (String line : new String(body, StandardCharsets.UTF_8).split("\n", -1)) {
                if (!line.isEmpty()) {
                    actions.add(JSON.readTree(line));
                }
            }
            return actions;
        }
        Path copy = Files.write(Files.createTempFile(copies, "checkpoint-", ".parquet"), body);
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT to_json({add: add}) FROM read_parquet('" + copy + "')")) {
            while (rows.next()) {
                actions.add(JSON.readTree(rows.getString(1)));
            }
        }
        return actions;
    }
}
