package dev.littoral.activities.parquet;

/** The header of a page. */
final class PageHeader {
    int type = -1;
    int uncompressed = -1;
    int compressed = -1;
    Integer crc;
    int values;
    int encoding = -1;
    int definitionEncoding = RleDecoder.ENCODING;
    int repetitionEncoding = RleDecoder.ENCODING;
    int definitionBytes;
    int repetitionBytes;
    boolean isCompressed = true;

    private PageHeader() {}

    static PageHeader read(CompactReader in) {
        PageHeader header = new PageHeader();
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            if (in.type() == CompactReader.I32 && id <= 4) {
                int value = in.i32();
                switch (id) {
                    case 1 -> header.type = value;
                    case 2 -> header.uncompressed = value;
                    case 3 -> header.compressed = value;
                    default -> header.crc = value;
                }
            } else if (in.type() == CompactReader.STRUCT && (id == 5 || id == 7 || id == 8)) {
                header.readKind(in, id);
            } else {
                in.skip();
            }
        }
        if (header.values < 0) {
            throw in.corrupt("a page of " + header.values + " values", "0 or more");
        }
        return header;
    }

    private void readKind(CompactReader in, int kind) {
        for (int id = in.field(0); id != CompactReader.STOP; id = in.field(id)) {
            if (in.type() == CompactReader.I32) {
                int value = in.i32();
                if (id == 1) {
                    values = value;
                } else if (kind == 8) {
                    set2(id, value);
                } else if (id == 2) {
                    encoding = value;
                } else if (kind == 5 && id == 3) {
                    definitionEncoding = value;
                } else if (kind == 5 && id == 4) {
                    repetitionEncoding = value;
                }
            } else if (kind == 8 && id == 7 && in.isBoolean()) {
                isCompressed = in.type() == CompactReader.TRUE;
            } else {
                in.skip();
            }
        }
    }

    private void set2(int id, int value) {
        switch (id) {
            case 4 -> encoding = value;
            case 5 -> definitionBytes = value;
            case 6 -> repetitionBytes = value;
            default -> {
                // How many nulls and rows.
            }
        }
    }

    /** How many bytes of levels come before the values, in version 2; negative where they cannot be. */
    int levelBytes() {
        return definitionBytes < 0 || repetitionBytes < 0 ? -1 : definitionBytes + repetitionBytes;
    }
}
