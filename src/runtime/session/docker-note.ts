/** File of the state that says that the project has had something in Docker: `down` looks there only then. */
export const DOCKER_NOTE = "docker.json";
