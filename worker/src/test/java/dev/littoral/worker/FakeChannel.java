package dev.littoral.worker;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/** A gRPC channel without a server: a test answers its calls. */
abstract class FakeChannel extends Channel {
    abstract <Q, A> void started(MethodDescriptor<Q, A> method, ClientCall.Listener<A> listener);

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        return new ClientCall<>() {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                started(method, listener);
            }

            @Override
            public void request(int messages) {}

            @Override
            public void cancel(String message, Throwable cause) {}

            @Override
            public void halfClose() {}

            @Override
            public void sendMessage(Q message) {}
        };
    }

    @Override
    public String authority() {
        return "test";
    }
}
