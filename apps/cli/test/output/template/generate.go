// Fills the templates of go-results.json with Go's own text/template, and writes what came of them back:
//
//	go run generate.go
//
// The data is that of data.ts, and the functions beyond Go's own are those that Docker adds.
package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"text/template"
)

type result struct {
	Template string  `json:"template"`
	Output   *string `json:"output,omitempty"`
	Error    string  `json:"error,omitempty"`
}

type binding struct{ HostIp, HostPort string }
type network struct {
	IPAddress string
	Aliases   []string
}
type state struct {
	Status   string
	Running  bool
	Pid      int
	ExitCode int
	Health   *state
}
type config struct {
	Env    []string
	Cmd    []string
	Labels map[string]string
}
type networkSettings struct {
	Ports    map[string][]binding
	Networks map[string]network
}
type container struct {
	Id              string
	Name            string
	Names           string
	Load            float64
	State           state
	Config          config
	NetworkSettings networkSettings
	Any             map[string]any
}

func (c container) Label(name string) string { return c.Config.Labels[name] }
func (c container) Upper() string            { return strings.ToUpper(c.Name) }

var data = container{
	Id: "3e6b55cabfe0", Name: "/web", Names: "web,store", Load: 0.25,
	State: state{Status: "running", Running: true, Pid: 1234},
	Config: config{Env: []string{"PATH=/bin", "A=1"},
		Labels: map[string]string{"com.example.tier": "front", "b": "ü<&>"}},
	NetworkSettings: networkSettings{
		Ports: map[string][]binding{
			"8787/tcp": {{"0.0.0.0", "32768"}, {"::", "32769"}}, "53/udp": {}},
		Networks: map[string]network{
			"bridge": {IPAddress: "172.17.0.2"}, "app": {IPAddress: "10.0.0.5", Aliases: []string{"web"}}}},
	Any: map[string]any{"null": nil, "list": []any{1, "x", true, nil}, "text": "t", "number": 7, "float": 1.5, "": 3},
}

func encode(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return strings.TrimSpace(text.String())
}

func pad(text string, before, after int) string {
	if text == "" {
		return text
	}
	return strings.Repeat(" ", before) + text + strings.Repeat(" ", after)
}

func truncate(text string, length int) string {
	if len(text) < length {
		return text
	}
	return text[:length]
}

func fill(r *result) {
	r.Output, r.Error = nil, ""
	functions := template.FuncMap{"json": encode, "join": strings.Join, "split": strings.Split,
		"lower": strings.ToLower, "upper": strings.ToUpper, "title": strings.Title, "pad": pad, "truncate": truncate}
	parsed, err := template.New("").Funcs(functions).Parse(r.Template)
	var text bytes.Buffer
	if err == nil {
		err = parsed.Execute(&text, data)
	}
	if err != nil {
		r.Error = err.Error()
		return
	}
	output := text.String()
	r.Output = &output
}

func main() {
	var results []result
	input, err := os.ReadFile("go-results.json")
	if err != nil {
		panic(err)
	}
	if err := json.Unmarshal(input, &results); err != nil {
		panic(err)
	}
	for i := range results {
		fill(&results[i])
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(results); err != nil {
		panic(err)
	}
	if err := os.WriteFile("go-results.json", text.Bytes(), 0o644); err != nil {
		panic(err)
	}
}
