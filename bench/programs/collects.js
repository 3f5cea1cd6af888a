// Takes OTLP over HTTP and keeps none of it.
import { createServer } from "node:http";
createServer((request, response) => {
  request
    .resume()
    .on("end", () =>
      response.writeHead(200, { "content-type": request.headers["content-type"] ?? "" }).end(),
    );
}).listen(Number(process.env.PORT), "127.0.0.1");
