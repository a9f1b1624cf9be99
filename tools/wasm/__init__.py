"""The suite under WebAssembly, where the browser edition runs: `make wasm`."""
