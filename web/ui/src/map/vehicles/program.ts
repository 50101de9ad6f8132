// Compiles the vehicle shaders and describes their attributes. Errors name the stage and the driver's text.
import { FLOATS_PER_VEHICLE } from "./buffer";
import { FRAGMENT_SHADER, VERTEX_SHADER } from "./shaders";

export interface VehicleProgram {
  readonly program: WebGLProgram;
  readonly array: WebGLVertexArrayObject;
  readonly buffer: WebGLBuffer;
  readonly uniform: (name: string) => WebGLUniformLocation | null;
}

const ATTRIBUTES = ["a_from", "a_to", "a_time", "a_look"] as const;

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader {
  const shader = gl.createShader(type);
  if (!shader) throw new Error("the graphics context is lost");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) {
    const stage = type === gl.VERTEX_SHADER ? "vertex" : "fragment";
    throw new Error(`vehicle ${stage} shader: ${gl.getShaderInfoLog(shader) ?? ""}`);
  }
  return shader;
}

export function buildProgram(gl: WebGL2RenderingContext): VehicleProgram {
  const program = gl.createProgram();
  gl.attachShader(program, compile(gl, gl.VERTEX_SHADER, VERTEX_SHADER));
  gl.attachShader(program, compile(gl, gl.FRAGMENT_SHADER, FRAGMENT_SHADER));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new Error(`vehicle program: ${gl.getProgramInfoLog(program) ?? ""}`);
  }
  const array = gl.createVertexArray();
  const buffer = gl.createBuffer();
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  ATTRIBUTES.forEach((name, index) => {
    const location = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, 2, gl.FLOAT, false, FLOATS_PER_VEHICLE * 4, index * 8);
  });
  gl.bindVertexArray(null);
  const known = new Map<string, WebGLUniformLocation | null>();
  const uniform = (name: string) => {
    if (!known.has(name)) known.set(name, gl.getUniformLocation(program, name));
    return known.get(name) ?? null;
  };
  return { program, array, buffer, uniform };
}
