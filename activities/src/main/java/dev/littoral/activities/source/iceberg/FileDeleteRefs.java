package dev.littoral.activities.source.iceberg;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.littoral.activities.digest.Sha256;
import dev.littoral.activities.source.table.TableStorage;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where the deleted rows of a data file are, as it travels with a listing.
 *
 * @param as the path of the data file as the table writes it, and its delete files; null where that is its address
 * @param in its delete files, as the storage knows them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FileDeleteRefs(String as, List<DeleteRef> in) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int VERSION_BYTES = 16;

    static FileDeleteRefs of(TableStorage storage, String path, String address, List<DeleteRef> refs) {
        return new FileDeleteRefs(
                path.equals(address) ? null : path,
                refs.stream().map(ref -> ref.shortened(storage)).toList());
    }

    /** What changes whenever the deleted rows do: delete files are never written again. */
    static String version(List<DeleteRef> refs) {
        String all = refs.stream()
                .map(ref -> ref.path() + '\n' + ref.offset() + '\n' + ref.bytes() + '\n')
                .collect(Collectors.joining());
        return Sha256.hex(all, VERSION_BYTES);
    }

    String text() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What {@link #text} gave. */
    static FileDeleteRefs parse(String text) throws IOException {
        FileDeleteRefs refs = JSON.readValue(text, FileDeleteRefs.class);
        if (refs == null
                || refs.in() == null
                || refs.in().isEmpty()
                || refs.in().contains(null)) {
            throw new IOException("it names no delete file");
        }
        return refs;
    }
}
