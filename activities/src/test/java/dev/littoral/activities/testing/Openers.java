package dev.littoral.activities.testing;

import dev.littoral.activities.failure.LittoralException;
import dev.littoral.activities.source.StoreOpener;
import dev.littoral.activities.storage.BlobStore;
import dev.littoral.activities.storage.Storages;
import dev.littoral.activities.storage.registry.StorageRegistry;
import java.util.function.Consumer;
import java.util.function.Function;

/** Openers of what a source names elsewhere, by the tests' own rules and with all kinds of stores. */
public final class Openers {
    /** Opens nothing but the source itself. */
    public static final StoreOpener NONE = of(
            address -> {
                throw refusal(address);
            },
            address -> {
                throw new IllegalStateException(address);
            });

    private Openers() {}

    /** The refusal of an address. */
    public static LittoralException refusal(String address) {
        return LittoralException.input("The source names " + address + ", which is not in it; expected only what is");
    }

    /** An opener by a check, which throws, and what opens a store. */
    public static StoreOpener of(Consumer<String> check, Function<String, BlobStore> open) {
        Storages storages = StorageRegistry.addresses();
        return new StoreOpener() {
            @Override
            public Storages storages() {
                return storages;
            }

            @Override
            public void check(String address) {
                check.accept(address);
            }

            @Override
            public BlobStore open(String address) {
                return open.apply(address);
            }
        };
    }
}
