// Search of the site where it is opened as files: browsers start no worker from a file, so a hidden frame plays it.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inside = this.frame.contentWindow;
      window.addEventListener("message", (event) => {
        if (event.source === inside) this.dispatchEvent(new MessageEvent("message", { data: event.data }));
      });
      const page = inside.document;
      page.open();
      page.write("<!DOCTYPE html><title>search</title>");
      page.close();
      inside.postMessage = (data) => {
        const message = new MessageEvent("message", { data, source: inside });
        window.dispatchEvent(message);
      };
      inside.importScripts = (...addresses) =>
        addresses
          .map((address) => () => this.load(address))
          .reduce((before, next) => before.then(next), Promise.resolve());
      this.load(url).then(() => {
        this.ready = true;
        this.waiting.splice(0).forEach((data) => this.give(data));
      });
    }
    load(address) {
      const page = this.frame.contentWindow.document;
      return new Promise((done) => {
        const script = page.createElement("script");
        script.src = new URL(address, location.href).href;
        script.addEventListener("load", done);
        page.body.append(script);
      });
    }
    give(data) {
      const inside = this.frame.contentWindow;
      inside.dispatchEvent(new inside.MessageEvent("message", { data }));
    }
    postMessage(data) {
      if (this.ready) this.give(data);
      else this.waiting.push(data);
    }
    terminate() {
      this.frame.remove();
    }
  };
}
