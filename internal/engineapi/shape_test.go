package engineapi

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// TestShape has a case for each way in which an answer about what containers
// share told of hidden ones.
func TestShape(t *testing.T) {
	tests := []struct{ name, operation, in, want string }{
		{
			"the time of the last tag", "ImageInspect",
			`{"Id":"sha256:1","Metadata":{"LastTagTime":"2024-01-02T03:04:05.6Z"}}`,
			`{"Id":"sha256:1","Metadata":{"LastTagTime":"0001-01-01T00:00:00Z"}}`,
		},
		{
			"annotations of a descriptor", "ImageList",
			`[{"Id":"sha256:1","Descriptor":{"mediaType":"m","digest":"d","size":1,"annotations":{"io.containerd.image.name":"hidden"}}}]`,
			`[{"Id":"sha256:1","Descriptor":{"mediaType":"m","digest":"d","size":1}}]`,
		},
		{
			"manifests", "ImageInspect",
			`{"Id":"sha256:1","Manifests":[{"ID":"d","ImageData":{"Identity":{"Pull":[{"Repository":"hidden"}]}}}],"Identity":{"Pull":[{"Repository":"hidden"}]}}`,
			`{"Id":"sha256:1","Manifests":[{"ID":"d","ImageData":{}}]}`,
		},
		{
			"the container that an image was made from", "ImageInspect",
			`{"Container":"hidden","ContainerConfig":{"Hostname":"hidden","Env":["A=b"]},"Config":{"Hostname":"hidden","Domainname":"","Image":"hidden","Env":["A=b"]}}`,
			`{"Container":"","ContainerConfig":{},"Config":{"Hostname":"","Domainname":"","Image":"","Env":["A=b"]}}`,
		},
		{
			"annotations of the image of a container", "ContainerList",
			`[{"Id":"1","ImageManifestDescriptor":{"digest":"d","annotations":{"n":"hidden"}},"New":{"own":[1]}}]`,
			`[{"Id":"1","ImageManifestDescriptor":{"digest":"d"},"New":{"own":[1]}}]`,
		},
		{
			"the same in an inspect", "ContainerInspect",
			`{"Id":"1","ImageManifestDescriptor":{"annotations":{"n":"hidden"},"new":1},"Config":{"New":1},"HostConfig":{"Mounts":[{"New":{"a":1}}]}}`,
			`{"Id":"1","ImageManifestDescriptor":{},"Config":{"New":1},"HostConfig":{"Mounts":[{"New":{"a":1}}]}}`,
		},
		{
			"the same among the used space", "SystemDataUsage",
			`{"LayersSize":5,"Containers":[{"Id":"1","New":1,"ImageManifestDescriptor":{"annotations":{"n":"hidden"}}}],"Images":[{"Id":"2","New":1}],"ContainerUsage":{"Items":[{"New":1}],"Reclaimable":7,"New":1},"ImageUsage":{"Reclaimable":8,"TotalSize":9},"BuildCache":[{"ID":"a"}],"BuildCacheUsage":{"TotalCount":1},"New":1}`,
			`{"LayersSize":0,"Containers":[{"Id":"1","New":1,"ImageManifestDescriptor":{}}],"Images":[{"Id":"2"}],"ContainerUsage":{"Items":[{"New":1}],"Reclaimable":7},"ImageUsage":{},"BuildCache":[],"BuildCacheUsage":{}}`,
		},
		{
			"other endpoints of a network", "NetworkInspect",
			`{"Name":"n","Peers":[{"IP":"1"}],"Services":{"s":{"VIP":"1"}},"Status":{"IPAM":{"Subnets":{"s":{"IPsInUse":9}}}},"IPAM":{"Config":[{"Subnet":"s","New":1}]},"New":1}`,
			`{"Name":"n","Status":{"IPAM":{}},"IPAM":{"Config":[{"Subnet":"s"}]}}`,
		},
		{
			"what a volume driver and the cluster say", "VolumeList",
			`{"Volumes":[{"Name":"v","Options":{"o":"bind"},"Status":{"users":3},"ClusterVolume":{"ID":"i","PublishStatus":[{"NodeID":"n"}],"UpdatedAt":"2024-01-02T03:04:05.6Z"}}],"Warnings":null}`,
			`{"Volumes":[{"Name":"v","Options":{"o":"bind"},"ClusterVolume":{"ID":"i","UpdatedAt":"0001-01-01T00:00:00Z"}}],"Warnings":null}`,
		},
		{
			"counters of the engine", "SystemInfo",
			`{"ID":"e","NFd":30,"NGoroutines":50,"NEventsListener":1,"DriverStatus":[["Space Used","5"]],"SystemStatus":[["a","b"]],"New":1}`,
			`{"ID":"e","NFd":0,"NGoroutines":0,"NEventsListener":0,"DriverStatus":[["Space Used","5"]]}`,
		},
		{
			"spelled as a client in Go reads it, too", "ImageInspect",
			`{"id":"sha256:1","METADATA":{"lasttagtime":"2024-01-02T03:04:05Z"},"ıdentity":{"Pull":[]},"Identity":{"Pull":[]}}`,
			`{"id":"sha256:1","METADATA":{"lasttagtime":"0001-01-01T00:00:00Z"}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Shape(tt.operation).Fit([]byte(tt.in))
			if err != nil || string(got) != tt.want {
				t.Errorf("%s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

// changed notes where two JSON values differ.
func changed(path string, from, to interface{}, into map[string]bool) {
	switch from := from.(type) {
	case []interface{}:
		if to, ok := to.([]interface{}); ok && len(to) == len(from) {
			for i := range from {
				changed(path+"/*", from[i], to[i], into)
			}
			return
		}
	case map[string]interface{}:
		if to, ok := to.(map[string]interface{}); ok && (len(to) > 0 || len(from) == 0) {
			for name := range from {
				value, ok := to[name]
				if !ok {
					into[path+"/"+name+" left out"] = true
					continue
				}
				changed(path+"/"+name, from[name], value, into)
			}
			return
		}
	}
	before, _ := json.Marshal(from)
	after, _ := json.Marshal(to)
	if !bytes.Equal(before, after) {
		into[path] = true
	}
}

// recordedChanges is all that the shapes take from the recorded answers.
const recordedChanges = `
ImageInspect/Config/Hostname
ImageInspect/Config/Image
ImageInspect/Container
ImageInspect/ContainerConfig
ImageInspect/Metadata/LastTagTime
NetworkInspect/Status/IPAM
SystemDataUsage/ImageUsage/TotalSize left out
SystemDataUsage/LayersSize
SystemInfo/NFd
SystemInfo/NGoroutines
`

func TestShapeOfRecordedAnswers(t *testing.T) {
	files, err := filepath.Glob("../../testdata/engine/v*/*.json")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	found := map[string]bool{}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			operation, _, _ := strings.Cut(filepath.Base(file), ".")
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			fitted, err := Shape(operation).Fit(content)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			var from, to interface{}
			if err := json.Unmarshal(content, &from); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(fitted, &to); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			into := map[string]bool{}
			changed(operation, from, to, into)
			if len(into) == 0 && !bytes.Equal(content, fitted) {
				t.Errorf("%s: bytes of what is kept have changed", file)
			}
			for path := range into {
				found[path] = true
			}
		})
	}
	paths := sorted(found)
	want := strings.Split(strings.TrimSpace(recordedChanges), "\n")
	sort.Strings(want)
	if strings.Join(paths, "\n") != strings.Join(want, "\n") {
		t.Errorf("changed:\n%s\nwant:\n%s", strings.Join(paths, "\n"), strings.Join(want, "\n"))
	}
}

func BenchmarkShape(b *testing.B) {
	for _, name := range []string{"ImageList", "ContainerInspect.web", "SystemInfo", "ServiceList", "NetworkList"} {
		content, err := os.ReadFile("../../testdata/engine/v1.56/" + name + ".json")
		if err != nil {
			b.Fatal(err)
		}
		operation, _, _ := strings.Cut(name, ".")
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			for i := 0; i < b.N; i++ {
				if _, err := Shape(operation).Fit(content); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
