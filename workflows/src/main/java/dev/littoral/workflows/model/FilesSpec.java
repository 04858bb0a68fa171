package dev.littoral.workflows.model;

import java.util.List;

/** The spec of a source whose data files are those below a folder or prefix. */
public interface FilesSpec extends ExternalSpec {
    /** Globs on the path below the source; a file that matches none is left out; empty means every file. */
    List<String> include();

    /** Globs on the path below the source; a file that matches one is left out. */
    List<String> exclude();

    /** Columns every file must have. */
    List<RequiredColumn> columns();

    /** What happens where the source's folder is a table's. */
    OnTable table();
}
