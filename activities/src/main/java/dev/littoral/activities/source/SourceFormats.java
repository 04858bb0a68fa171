package dev.littoral.activities.source;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.workflows.model.ExternalSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/** The formats of sources that a process knows, asked by name. Safe for use by many threads. */
public final class SourceFormats {
    private final Map<String, SourceFormat> formats = new LinkedHashMap<>();

    public SourceFormats(SourceFormat... formats) {
        for (SourceFormat format : formats) {
            this.formats.put(format.name(), format);
        }
    }

    /**
     * The format that a spec names.
     *
     * @throws LittoralException INPUT when there is none of that name
     */
    public SourceFormat of(ExternalSpec spec) {
        SourceFormat format = formats.get(spec.format());
        if (format == null) {
            throw LittoralException.input("The source's format is '" + spec.format() + "'; expected "
                    + String.join(" or ", formats.keySet()));
        }
        return format;
    }
}
