// How a vehicle looks: one point sprite, its shape cut out in the fragment shader. Every state has its own
// shape: ring (silent), rounded square (parked), arrow (on order), arrow with bar (no order), diamond (suspected).
// A vehicle whose newest place is not to be believed is hollow.
export const VERTEX_SHADER = `#version 300 es
precision highp float;
in vec2 a_from;
in vec2 a_to;
in vec2 a_time;
in vec2 a_look;
uniform mat4 u_matrix;
uniform float u_now;
uniform float u_size;
uniform int u_shown;
flat out int v_state;
flat out float v_selected;
flat out float v_hollow;
flat out vec2 v_turn;
void main() {
  int code = int(a_look.y + 0.5);
  v_hollow = float(code >> 4);
  v_selected = float((code >> 3) & 1);
  v_state = code & 7;
  float share = a_time.y > 0.0 ? clamp((u_now - a_time.x) / a_time.y, 0.0, 1.0) : 1.0;
  gl_Position = u_matrix * vec4(mix(a_from, a_to, share), 0.0, 1.0);
  float known = a_look.x < 0.0 ? 0.0 : 1.0;
  float angle = radians(a_look.x);
  v_turn = known > 0.0 ? vec2(sin(angle), cos(angle)) : vec2(0.0, 1.0);
  float grow = v_state >= 2 ? 1.0 : 0.78;
  gl_PointSize = u_size * (v_selected > 0.0 ? 1.55 : grow);
  if (((u_shown >> v_state) & 1) == 0 && v_selected < 0.5) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}`;

export const FRAGMENT_SHADER = `#version 300 es
precision highp float;
flat in int v_state;
flat in float v_selected;
flat in float v_hollow;
flat in vec2 v_turn;
uniform vec3 u_colours[5];
uniform vec3 u_edge;
uniform vec3 u_accent;
out vec4 colour;

float box(vec2 p, vec2 half_size, float radius) {
  vec2 q = abs(p) - half_size + radius;
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - radius;
}

float arrow(vec2 p) {
  float side = abs(p.x) * 0.86 - (0.62 - p.y) * 0.46;
  float notch = -p.y - 0.58 + abs(p.x) * -0.55 + 0.24;
  return max(side, notch);
}

float shape(vec2 p) {
  vec2 turned = vec2(p.x * v_turn.y - p.y * v_turn.x, p.x * v_turn.x + p.y * v_turn.y);
  if (v_state == 0) return abs(length(p) - 0.46) - 0.13;
  if (v_state == 1) return box(p, vec2(0.46), 0.16);
  if (v_state == 2) return arrow(turned);
  if (v_state == 3) return max(arrow(turned), 0.09 - abs(turned.y + 0.02));
  return (abs(p.x) + abs(p.y) - 0.78) * 0.7071;
}

void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  p.y = -p.y;
  float scale = v_selected > 0.5 ? 1.55 : 1.12;
  float distance = shape(p * scale);
  float soft = fwidth(distance) + 0.001;
  float fill = 1.0 - smoothstep(-soft, soft, distance);
  float outline = 1.0 - smoothstep(0.13 - soft, 0.13 + soft, distance);
  float mark = 0.0;
  if (v_state == 4) {
    float bar = box(p * scale - vec2(0.0, 0.14), vec2(0.08, 0.26), 0.06);
    float dot_ = length(p * scale - vec2(0.0, -0.34)) - 0.1;
    mark = 1.0 - smoothstep(-soft, soft, min(bar, dot_));
  }
  vec3 body = mix(u_colours[v_state], vec3(1.0), mark);
  body = mix(body, u_edge, v_hollow * (1.0 - smoothstep(-soft, soft, distance + 0.15)));
  float halo = 0.0;
  if (v_selected > 0.5) {
    float ring = abs(length(p) - 0.86) - 0.07;
    halo = 1.0 - smoothstep(-0.06, 0.06, ring);
  }
  float alpha = max(max(fill, outline), halo);
  if (alpha < 0.02) discard;
  vec3 shown = mix(u_edge, body, fill);
  shown = mix(shown, u_accent, halo * (1.0 - outline));
  colour = vec4(shown * alpha, alpha);
}`;
